import { Card, Text, Title } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { useTimeZone } from '../../lib/session.tsx';
import { duration, shortDateTime } from '../../lib/time.ts';
import type { Incident } from '../../lib/types.ts';

/** Outages at providers, newest first; each was told once, and once more when it was over. */
export function IncidentList({ incidents }: { incidents: Incident[] }) {
  return (
    <Card p={0} component="section" aria-label="Incidents">
      <Title order={2} p="lg" pb="xs">
        Incidents of the last 30 days
      </Title>
      {incidents.length === 0 ? (
        <Text size="sm" c="dimmed" px="lg" pb="lg">
          None: no provider refused or failed many connections at once.
        </Text>
      ) : (
        <DataTable label="Incidents" minWidth={640} columns={COLUMNS} rows={incidents} rowKey={(one) => one.id} />
      )}
    </Card>
  );
}

const COLUMNS: Column<Incident>[] = [
  { head: 'Started', cell: (one) => <Started at={one.started_at} />, kind: 'nowrap' },
  {
    head: 'What happened',
    cell: ({ provider, title, detail }) => (
      <span className="with-tile">
        <ProviderTile provider={provider} size={22} />
        <span>
          {title}
          <span className="sub">{detail}</span>
        </span>
      </span>
    ),
  },
  {
    head: 'State',
    cell: ({ ended_at: ended }) => (
      <ToneBadge tone={ended ? 'gray' : 'warning'}>{ended ? 'Over' : 'Under way'}</ToneBadge>
    ),
  },
  {
    head: 'Lasted',
    cell: ({ started_at: started, ended_at: ended }) =>
      duration(ended ? Date.parse(ended) - Date.parse(started) : null),
    kind: 'num',
  },
];

function Started({ at }: { at: string }) {
  return <time dateTime={at}>{shortDateTime(at, useTimeZone())}</time>;
}
