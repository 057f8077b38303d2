import { Anchor, Card, Title } from '@mantine/core';
import { IconPlug } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { listsCampaigns } from '../../lib/kinds.ts';
import type { Integration } from '../../lib/types.ts';
import { frequencyLabel, rangeLabel } from '../../lib/words.ts';

/** All accounts with their sync settings side by side; each is changed on its own page. */
export function IntegrationsCard({ integrations }: { integrations: Integration[] }) {
  const rows = integrations
    .filter(listsCampaigns)
    .flatMap((i) => i.connections.map((connection) => ({ integration: i, connection })));
  if (rows.length === 0) {
    return (
      <EmptyState title="No accounts yet" Icon={IconPlug}>
        Connect HubSpot, Klaviyo or Keap on the Integrations page first.
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
        <table className="table" style={{ minWidth: 640 }}>
          <thead>
            <tr>
              <th>Account</th>
              <th>Status</th>
              <th>Frequency</th>
              <th>History</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ integration, connection }) => (
              <tr key={connection.id}>
                <td>
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
                </td>
                <td>
                  <StatusBadge connection={connection} />
                </td>
                <td>{frequencyLabel(connection.sync_frequency)}</td>
                <td>{rangeLabel(connection.history_range)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
