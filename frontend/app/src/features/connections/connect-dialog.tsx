import { Alert, Button, Group, List, Modal, Stack, Text, Title } from '@mantine/core';
import { IconExternalLink, IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { listsCampaigns } from '../../lib/kinds.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { Integration } from '../../lib/types.ts';
import { useConnect } from './api.ts';
import { SettingsFields, type SyncSettings } from './settings-fields.tsx';

const DEFAULTS: SyncSettings = { sync_frequency: 'realtime', history_range: 'days_90' };

export default function ConnectDialog({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  useReturnFocus();
  const [settings, setSettings] = useState(DEFAULTS);
  const connect = useConnect(integration.provider);
  return (
    <Modal opened onClose={onClose} size="xl" title={`Connect ${integration.label}`}>
      <Stack gap="lg">
        {listsCampaigns(integration) && <SettingsFields value={settings} onChange={setSettings} />}
        <Permissions integration={integration} />
        {connect.error && <ErrorState error={connect.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            rightSection={<IconExternalLink size={16} aria-hidden />}
            loading={connect.isPending || connect.isSuccess}
            onClick={() => connect.mutate(settings)}
          >
            Continue to {integration.label}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** What the provider's consent page will ask for, and why, before it asks. */
function Permissions({ integration }: { integration: Integration }) {
  return (
    <section aria-label="Permissions">
      <Title order={3}>What {integration.label} will ask you to allow</Title>
      <List spacing={6} mt="xs" size="sm" listStyleType="none">
        {integration.scopes.map((scope) => (
          <List.Item key={scope.name}>
            <Text span size="sm" fw={500} ff="monospace" fz={13} className="break-anywhere">
              {scope.name}
            </Text>{' '}
            <ToneBadge tone={scope.required ? 'brand' : 'gray'}>{scope.required ? 'required' : 'optional'}</ToneBadge>
            <Text size="sm" c="dimmed">
              {scope.why}
            </Text>
          </List.Item>
        ))}
      </List>
      {integration.consent_note && (
        <Alert mt="sm" p="sm" color="gray" variant="light" icon={<IconInfoCircle aria-hidden />}>
          <Text size="sm">{integration.consent_note}</Text>
        </Alert>
      )}
    </section>
  );
}
