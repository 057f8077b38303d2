import { Anchor, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { toneInk } from '../../components/tones.ts';
import type { Connection } from '../../lib/types.ts';

/** What needs a person, most urgent first; or the good news, with its proof. */
export function TroubleList({ troubled, healthy }: { troubled: Connection[]; healthy: Connection[] }) {
  return (
    <Card component="section" aria-label="Connections">
      <Title order={2} mb="sm">
        {troubled.length > 0 ? 'Needs attention' : 'Connections'}
      </Title>
      {troubled.length === 0 && (
        <Group gap="xs" mb="sm">
          <IconCircleCheck size={18} color={toneInk('success')} aria-hidden />
          <Text size="sm">All accounts work.</Text>
        </Group>
      )}
      <Stack gap="sm">
        {[...troubled, ...healthy].map((connection) => (
          <Row key={connection.id} connection={connection} />
        ))}
      </Stack>
    </Card>
  );
}

function Row({ connection }: { connection: Connection }) {
  const { provider, card, verified_at: verified } = connection;
  return (
    <Group justify="space-between" gap="xs">
      <Group gap="sm" wrap="nowrap" miw={0}>
        <ProviderTile provider={provider} size={32} />
        <div style={{ minWidth: 0 }}>
          <Anchor
            size="sm"
            fw={500}
            renderRoot={(props) => (
              <Link {...props} to="/integrations/$provider" params={{ provider }} search={{ account: connection.id }} />
            )}
          >
            {connection.account_label}
          </Anchor>
          <Text size="xs" c="dimmed" component="div">
            {card?.title ??
              (verified ? (
                <>
                  verified <RelativeTime iso={verified} />
                </>
              ) : (
                'not verified yet'
              ))}
          </Text>
        </div>
      </Group>
      <StatusBadge connection={connection} />
    </Group>
  );
}
