import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { Loaded, Part } from '../../components/part.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { count } from '../../lib/numbers.ts';
import type { ActivityCounts, MailActivity, Message } from '../../lib/types.ts';
import { activityOptions } from './api.ts';

type Line = { name: string; counts: ActivityCounts };
type Event = MailActivity['events'][number];

const COLUMNS: Column<Line>[] = [
  { head: 'What', cell: (row) => <div style={{ minWidth: 60 }}>{row.name}</div>, kind: 'break-anywhere' },
  { head: 'People', cell: (row) => count(row.counts.human), kind: 'num' },
  { head: 'Machines', cell: (row) => count(row.counts.machine), kind: 'num' },
  { head: 'Cannot be told', cell: (row) => count(row.counts.unknown), kind: 'num' },
  {
    head: 'First',
    cell: (row) => (row.counts.first_at ? <ExactTime iso={row.counts.first_at} /> : '–'),
    kind: 'nowrap',
  },
];

/** Opens and clicks, people's and machines' apart: scanners and proxies fetch mails that nobody has read. */
export function ActivityCard({ message }: { message: Message }) {
  const activity = useQuery(activityOptions(message.id));
  return (
    <Part
      title="Opens and clicks"
      lead="People and machines apart. Scanners and proxies fetch pictures and links that nobody has looked at."
    >
      <Loaded query={activity} label="Loading opens and clicks" heights={[110]}>
        {(data) => <Told activity={data} />}
      </Loaded>
    </Part>
  );
}

function Told({ activity }: { activity: MailActivity }) {
  const { track_opens: opens, track_clicks: clicks } = activity;
  if (!opens && !clicks) return <Text size="sm">Neither opens nor clicks of this email are tracked.</Text>;
  const lines = [
    ...(opens ? [{ name: 'Opens', counts: activity.opens }] : []),
    ...(clicks ? [{ name: 'Clicks', counts: activity.clicks }] : []),
    ...activity.links.map((one) => ({ name: one.url, counts: one.clicks })),
  ];
  return (
    <Stack gap="sm">
      {!(opens && clicks) && (
        <Text size="sm" c="dimmed">
          {opens ? 'Clicks' : 'Opens'} of this email are not tracked.
        </Text>
      )}
      <DataTable label="Opens and clicks" look="dense" columns={COLUMNS} rows={lines} rowKey={(row) => row.name} />
      {activity.recipients.length > 1 && (
        <Text size="sm" c="dimmed">
          Everybody has the same copy, so that it cannot be told who opened it.
        </Text>
      )}
      {activity.events.length > 0 && (
        <Disclosure label="Each of them, the newest first">
          <DataTable
            label="Events"
            look="dense"
            maxHeight={360}
            columns={EVENTS}
            rows={activity.events.map((event, at) => ({ ...event, id: String(at) }))}
            rowKey={(row) => row.id}
          />
        </Disclosure>
      )}
    </Stack>
  );
}

const KINDS: Record<Event['kind'], string> = { open: 'Opened', click: 'Clicked', unsubscribe: 'Unsubscribed' };
const BY: Record<Event['by'], string> = { human: 'A person', machine: 'A machine', unknown: 'Cannot be told' };

const EVENTS: Column<Event & { id: string }>[] = [
  { head: 'When', cell: (row) => <ExactTime iso={row.at} />, kind: 'nowrap' },
  { head: 'What', cell: (row) => [KINDS[row.kind], row.url].filter(Boolean).join(': '), kind: 'break-anywhere' },
  { head: 'By', cell: (row) => BY[row.by] },
  { head: 'Why', cell: (row) => row.why ?? '–' },
];
