import { Text } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { FigureStateBadge } from '../../components/figure-state.tsx';
import { pointWords } from '../../lib/days.ts';
import { count, percent } from '../../lib/numbers.ts';
import type { Figures, Interval, Point } from '../../lib/types.ts';

const HEADS: Record<Interval, string> = { day: 'Day', week: 'Week', month: 'Month' };

function figure(head: string, name: keyof Figures, rate?: keyof Figures): Column<Point> {
  return {
    head,
    kind: 'num',
    cell: ({ campaigns, figures }) =>
      campaigns > 0 && (
        <>
          {count(figures[name] as number | null)}
          {rate && <span className="sub">{percent(figures[rate] as number | null)}</span>}
        </>
      ),
  };
}

const FIGURES: Column<Point>[] = [
  figure('Sent', 'sent'),
  figure('Delivered', 'delivered', 'delivery_rate'),
  figure('Opened', 'opened', 'open_rate'),
  figure('Clicked', 'clicked', 'click_rate'),
  figure('Bounced', 'bounced', 'bounce_rate'),
  figure('Complaints', 'complaints', 'complaint_rate'),
  figure('Unsubscribes', 'unsubscribes', 'unsubscribe_rate'),
];

/** What the chart draws, as numbers; the latest first. */
export function PointsTable({ points, interval }: { points: Point[]; interval: Interval }) {
  const columns: Column<Point>[] = [
    {
      head: HEADS[interval],
      kind: 'nowrap',
      cell: (point) => (
        <>
          {pointWords(point.first_day, point.last_day, interval)}
          {!point.whole && (
            <Text span size="xs" c="dimmed">
              {' '}
              (cut by the range)
            </Text>
          )}
        </>
      ),
    },
    { head: 'Campaigns', kind: 'num', cell: ({ campaigns }) => (campaigns > 0 ? count(campaigns) : 'none') },
    ...FIGURES,
    {
      head: 'State',
      cell: ({ state, provisional_until: until, campaigns }) =>
        campaigns > 0 && <FigureStateBadge state={state} until={until} />,
    },
  ];
  return (
    <DataTable
      label="Figures over time"
      look="wide"
      maxHeight={420}
      columns={columns}
      rows={points.toReversed()}
      rowKey={({ first_day: day }) => day}
    />
  );
}
