import { Button, Group, List, Modal, Stack, Text, Title } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { panelStyle } from '../../components/tones.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { Connection } from '../../lib/types.ts';
import { accountName } from './accounts.ts';
import { useReconnect } from './api.ts';

type Props = { connection: Connection; providerLabel: string; onClose: () => void; onDisconnect: () => void };

/** Both ways to repair a connection, with their consequences before the click (D6, D10). */
export default function ReconnectDialog({ connection, providerLabel, onClose, onDisconnect }: Props) {
  useReturnFocus();
  const reconnect = useReconnect(connection.id);
  const name = accountName(connection);
  return (
    <Modal opened onClose={onClose} size="lg" title={`Reconnect ${name}`}>
      <Stack gap="md">
        <section className="panel" style={panelStyle('brand')} aria-label="One-click reconnect">
          <Group gap="xs">
            <Title order={2}>One-click reconnect</Title>
            <ToneBadge tone="brand">Recommended</ToneBadge>
          </Group>
          <List size="sm" spacing={4} mt="xs" mb="md">
            <List.Item>
              Sign in at {providerLabel} with the same account: {name}.
            </List.Item>
            <List.Item>Every setting and all history stay as they are.</List.Item>
            <List.Item>Syncing resumes by itself and reads what was missed; a receipt shows what came back.</List.Item>
            <List.Item>If you stop half-way, nothing changes.</List.Item>
          </List>
          {reconnect.error && <ErrorState error={reconnect.error} />}
          <Button
            mt={reconnect.error ? 'sm' : 0}
            data-autofocus
            rightSection={<IconExternalLink size={16} aria-hidden />}
            loading={reconnect.isPending || reconnect.isSuccess}
            onClick={() => reconnect.mutate()}
          >
            Reconnect at {providerLabel}
          </Button>
        </section>
        <section className="panel" style={panelStyle('gray')} aria-label="Disconnect, then connect again">
          <Title order={2}>Disconnect, then connect again</Title>
          <Text size="sm" mt="xs" mb="md">
            For putting another account in its place. We forget the authorization of this account; its settings,
            campaigns, figures and history stay.
          </Text>
          {connection.status === 'disconnected' ? (
            <Text size="sm" c="dimmed">
              This account is already disconnected. Use “Add account” to connect another one.
            </Text>
          ) : (
            <Button variant="default" onClick={onDisconnect}>
              Disconnect…
            </Button>
          )}
        </section>
      </Stack>
    </Modal>
  );
}
