import { Anchor, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
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
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Card component="section" aria-labelledby="troubled">
        <Title order={2} id="troubled" mb="sm">
          Needs attention
        </Title>
        {troubled.length === 0 ? <AllWell /> : <Rows connections={troubled} />}
      </Card>
      <Card component="section" aria-labelledby="healthy">
        <Title order={2} id="healthy" mb="sm">
          Working
        </Title>
        {healthy.length === 0 ? <Text size="sm">No account works right now.</Text> : <Rows connections={healthy} />}
      </Card>
    </SimpleGrid>
  );
}

function AllWell() {
  return (
    <Group gap="xs">
      <IconCircleCheck size={18} color={toneInk('success')} aria-hidden />
      <Text size="sm">Nothing. Every account works.</Text>
    </Group>
  );
}

function Rows({ connections }: { connections: Connection[] }) {
  return (
    <Stack gap="sm">
      {connections.map((connection) => (
        <Row key={connection.id} connection={connection} />
      ))}
    </Stack>
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
