import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Chart } from '../../components/charts/chart.tsx';
import { MARKS, MarkSwatch } from '../../components/charts/mark.tsx';
import type { Span } from '../../lib/chart-rows.ts';
import { pointName, pointWords, rangeWords } from '../../lib/days.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDate } from '../../lib/time.ts';
import type { Interval, Point } from '../../lib/types.ts';
import type { Range } from './search.ts';
import { formatOf, linesOf, VIEWS, type View } from './trend-lines.ts';

type Props = { points: Point[]; interval: Interval; onRange: (range: Range) => void };

/** Figures over time; the brush below them chooses a part, which can be made the range of the whole page. */
export function TrendChart({ points, interval, onRange }: Props) {
  const zone = useTimeZone();
  const [view, setView] = useState<View>('reach');
  const [hidden, setHidden] = useState<string[]>([]);
  const all = useMemo(() => linesOf(view, points), [view, points]);
  const lines = useMemo(() => all.filter(({ key }) => !hidden.includes(key)), [all, hidden]);
  const soft = useMemo(() => points.map(isSoft), [points]);
  const format = formatOf(view);
  const told = (at: number) => {
    const point = points[at];
    if (!point) return '';
    const name = pointWords(point.first_day, point.last_day, interval);
    if (point.campaigns === 0) return `${name}: nothing sent`;
    const values = lines.map(({ label, values }) => `${label} ${format(values[at])}`).join(', ');
    return `${name}: ${values}${moves(point, zone)}`;
  };
  const toggle = (key: string) => setHidden(hidden.includes(key) ? hidden.filter((k) => k !== key) : [...hidden, key]);
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <SegmentedControl
          aria-label="Lines"
          size="xs"
          value={view}
          onChange={(next) => setView(next as View)}
          data={VIEWS}
        />
        <Legend lines={all} hidden={hidden} onToggle={toggle} />
      </Group>
      <Chart
        label="Figures over time"
        lines={lines}
        names={points.map((point) => pointName(point.first_day, interval))}
        soft={soft}
        told={told}
        format={format}
        whole={view !== 'rates'}
        partWords={(part) => rangeWords(...daysOf(points, part))}
        onTake={(part) => {
          const [first, last] = daysOf(points, part);
          onRange({ first, last });
        }}
      />
      {soft.includes(true) && (
        <Text size="xs" c="dimmed">
          Dashed and shaded: provisional, these figures still move or were not read again since. Gaps: nothing was sent.
        </Text>
      )}
    </Stack>
  );
}

const isSoft = ({ state, campaigns }: Point) => campaigns > 0 && state !== 'settled';

/** The first and the last day of a part. */
const daysOf = (points: Point[], { from, to }: Span) =>
  [points[from]?.first_day ?? '', points[to]?.last_day ?? ''] as const;

function moves({ state, provisional_until: until }: Point, zone: string): string {
  if (state === 'settled') return '';
  if (state === 'unconfirmed') return ' (not confirmed)';
  return until ? ` (provisional until ${shortDate(until, zone)})` : ' (provisional)';
}

type LegendProps = {
  lines: { key: string; label: string; color: string }[];
  hidden: string[];
  onToggle: (key: string) => void;
};

function Legend({ lines, hidden, onToggle }: LegendProps) {
  return (
    <Group gap={4} role="group" aria-label="Legend">
      {lines.map(({ key, label, color }, index) => {
        const on = !hidden.includes(key);
        return (
          <Button
            key={key}
            variant="subtle"
            color="gray"
            size="compact-sm"
            aria-pressed={on}
            td={on ? undefined : 'line-through'}
            leftSection={<MarkSwatch shape={MARKS[index % MARKS.length]} color={color} />}
            onClick={() => onToggle(key)}
          >
            {label}
          </Button>
        );
      })}
    </Group>
  );
}
