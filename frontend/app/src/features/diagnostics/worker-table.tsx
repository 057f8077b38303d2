import { Card, Text, Title } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { duration } from '../../lib/time.ts';
import type { Worker } from '../../lib/types.ts';
import { Ago } from './cells.tsx';

const COLUMNS: Column<Worker>[] = [
  {
    head: 'Worker',
    cell: ({ name, version }) => (
      <>
        {name}
        <span className="sub">{version}</span>
      </>
    ),
    kind: 'break-anywhere',
  },
  {
    head: 'State',
    cell: ({ alive }) => <ToneBadge tone={alive ? 'success' : 'danger'}>{alive ? 'Alive' : 'Silent'}</ToneBadge>,
  },
  { head: 'Started', cell: (one) => <Ago at={one.started_at} />, kind: 'nowrap' },
  { head: 'Last looked for work', cell: (one) => <Ago at={one.last_claim_at} />, kind: 'nowrap' },
  { head: 'Takes work from', cell: (one) => (one.direct_mode ? 'The database: Redis is away' : 'Redis') },
  { head: 'Answers late by', cell: (one) => duration(one.loop_lag_ms), kind: 'num' },
];

export function WorkerTable({ workers }: { workers: Worker[] }) {
  return (
    <Card p={0} component="section" aria-label="Workers">
      <Title order={2} p="lg" pb="xs">
        Workers
      </Title>
      {workers.length === 0 ? (
        <Text size="sm" c="dimmed" px="lg" pb="lg">
          None has ever started. Start one with the command “mailwarden worker”.
        </Text>
      ) : (
        <DataTable label="Workers" minWidth={640} columns={COLUMNS} rows={workers} rowKey={(one) => one.name} />
      )}
    </Card>
  );
}
