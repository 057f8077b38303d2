import { Card, Title } from '@mantine/core';
import { IconPlug } from '@tabler/icons-react';
import { AccountLink } from '../../components/account-link.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { listsCampaigns } from '../../lib/kinds.ts';
import type { Connection, Integration } from '../../lib/types.ts';
import { frequencyLabel, rangeLabel } from '../../lib/words.ts';

type Row = { integration: Integration; connection: Connection };

const COLUMNS: Column<Row>[] = [
  { head: 'Account', cell: (row) => <Account {...row} /> },
  { head: 'Status', cell: ({ connection }) => <StatusBadge connection={connection} /> },
  { head: 'Frequency', cell: ({ connection }) => frequencyLabel(connection.sync_frequency) },
  { head: 'History', cell: ({ connection }) => rangeLabel(connection.history_range) },
];

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
      <DataTable
        label="Sync settings"
        minWidth={640}
        columns={COLUMNS}
        rows={rows}
        rowKey={({ connection }) => connection.id}
      />
    </Card>
  );
}

function Account({ integration, connection }: Row) {
  return (
    <AccountLink provider={integration.provider} account={connection.id} tab="settings">
      {integration.label} · {connection.account_label}
    </AccountLink>
  );
}
