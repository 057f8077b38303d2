import { Anchor, Card, Table, Title } from '@mantine/core';
import { IconPlug } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import type { Integration } from '../../lib/types.ts';
import { frequencyLabel, rangeLabel } from '../../lib/words.ts';

/** All accounts with their sync settings side by side; each is changed on its own page. */
export function IntegrationsCard({ integrations }: { integrations: Integration[] }) {
  const rows = integrations.flatMap((i) => i.connections.map((connection) => ({ integration: i, connection })));
  if (rows.length === 0) {
    return (
      <EmptyState title="No accounts yet" Icon={IconPlug}>
        Connect HubSpot or Klaviyo on the Integrations page first.
      </EmptyState>
    );
  }
  return (
    <Card p={0} component="section" aria-label="Integrations">
      <Title order={2} p="lg" pb="xs">
        Sync settings
      </Title>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="table-box" tabIndex={0} aria-label="Sync settings, scrolls sideways">
        <Table verticalSpacing="sm" miw={640}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Account</Table.Th>
              <Table.Th>Status</Table.Th>
              <Table.Th>Frequency</Table.Th>
              <Table.Th>History</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ integration, connection }) => (
              <Table.Tr key={connection.id}>
                <Table.Td>
                  <Anchor
                    size="sm"
                    renderRoot={(props) => (
                      <Link
                        {...props}
                        to="/integrations/$provider"
                        params={{ provider: integration.provider }}
                        search={{ account: connection.id, tab: 'settings' }}
                      />
                    )}
                  >
                    {integration.label} · {connection.account_label}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <StatusBadge connection={connection} />
                </Table.Td>
                <Table.Td>{frequencyLabel(connection.sync_frequency)}</Table.Td>
                <Table.Td>{rangeLabel(connection.history_range)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Card>
  );
}
