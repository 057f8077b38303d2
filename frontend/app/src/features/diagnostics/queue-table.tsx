import { Card, Title } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { count } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import type { Queue } from '../../lib/types.ts';
import { spell } from './words.ts';

const NAMES: Record<string, string> = { fast: 'Checks and refreshes', bulk: 'Syncs and long work' };

const COLUMNS: Column<Queue>[] = [
  {
    head: 'Queue',
    cell: (one) => (
      <>
        {NAMES[one.queue] ?? spell(one.queue)}
        {one.oldest_kind && <span className="sub">oldest: {spell(one.oldest_kind)}</span>}
      </>
    ),
  },
  {
    head: 'State',
    cell: ({ overdue }) => (
      <ToneBadge tone={overdue > 0 ? 'warning' : 'success'}>{overdue > 0 ? 'Behind' : 'On time'}</ToneBadge>
    ),
  },
  { head: 'Planned', cell: (one) => count(one.ready), kind: 'num' },
  { head: 'Running', cell: (one) => count(one.running), kind: 'num' },
  { head: 'Late', cell: (one) => count(one.overdue), kind: 'num' },
  {
    head: 'Oldest waits',
    cell: ({ oldest_overdue_s: waits }) => duration(waits === null ? null : waits * 1000),
    kind: 'num',
  },
  { head: 'Taken over', cell: (one) => count(one.abandoned), kind: 'num' },
  { head: 'Given up', cell: (one) => count(one.given_up), kind: 'num' },
];

/** The work of each queue, and how far it lags behind. */
export function QueueTable({ queues, title }: { queues: Queue[]; title: string }) {
  return (
    <Card p={0} component="section" aria-label={title}>
      <Title order={2} p="lg" pb="xs">
        {title}
      </Title>
      <DataTable label="Queues" minWidth={720} columns={COLUMNS} rows={queues} rowKey={(one) => one.queue} />
    </Card>
  );
}
