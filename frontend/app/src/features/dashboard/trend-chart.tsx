import '@mantine/core/styles/Slider.css';
import { Button, Group, RangeSlider, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { LineChart } from '../../components/line-chart.tsx';
import { MARKS, MarkSwatch } from '../../components/line-mark.tsx';
import { pointWords, rangeWords } from '../../lib/days.ts';
import { dateFormat } from '../../lib/formatters.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDate } from '../../lib/time.ts';
import type { Interval, Point } from '../../lib/types.ts';
import type { Range } from './search.ts';
import { formatOf, linesOf, VIEWS, type View } from './trend-lines.ts';

type Props = { points: Point[]; interval: Interval; onRange: (range: Range) => void };

/** Figures over time; two thumbs below it choose a part, which can be made the range of the whole page. */
export default function TrendChart({ points, interval, onRange }: Props) {
  const zone = useTimeZone();
  const [view, setView] = useState<View>('reach');
  const [hidden, setHidden] = useState<string[]>([]);
  const [part, setPart] = useState<[number, number]>([0, points.length - 1]);
  const shown = points.slice(part[0], part[1] + 1);
  const all = linesOf(view, shown);
  const lines = all.filter(({ key }) => !hidden.includes(key));
  const format = formatOf(view);
  const nameOf = (point: Point) => pointWords(point.first_day, point.last_day, interval);
  const told = (index: number) => {
    const point = shown[index];
    if (!point) return '';
    if (point.campaigns === 0) return `${nameOf(point)}: nothing sent`;
    const values = lines.map(({ label, values }) => `${label} ${format(values[index])}`).join(', ');
    return `${nameOf(point)}: ${values}${moves(point, zone)}`;
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
      <LineChart
        label="Figures over time"
        lines={lines}
        names={shown.map((point) => shortName(point.first_day, interval))}
        soft={shown.map(({ state }) => state !== 'settled')}
        told={told}
        format={format}
      />
      {shown.some(({ state, campaigns }) => campaigns > 0 && state !== 'settled') && (
        <Text size="xs" c="dimmed">
          Dashed and shaded: provisional, these figures still move or were not read again since. Gaps: nothing was sent.
        </Text>
      )}
      {points.length > 2 && <Brush points={points} part={part} onPart={setPart} onRange={onRange} nameOf={nameOf} />}
    </Stack>
  );
}

function moves({ state, provisional_until: until }: Point, zone: string): string {
  if (state === 'settled') return '';
  if (state === 'unconfirmed') return ' (not confirmed)';
  return until ? ` (provisional until ${shortDate(until, zone)})` : ' (provisional)';
}

function shortName(day: string, interval: Interval): string {
  const options: Intl.DateTimeFormatOptions =
    interval === 'month' ? { month: 'short', year: '2-digit' } : { month: 'short', day: 'numeric' };
  return dateFormat(undefined, { ...options, timeZone: 'UTC' }).format(Date.parse(`${day}T00:00:00Z`));
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

type BrushProps = {
  points: Point[];
  part: [number, number];
  onPart: (part: [number, number]) => void;
  onRange: (range: Range) => void;
  nameOf: (point: Point) => string;
};

function Brush({ points, part, onPart, onRange, nameOf }: BrushProps) {
  const last = points.length - 1;
  const [from, to] = part.map((index) => points[Math.min(index, last)]);
  const whole = part[0] === 0 && part[1] === last;
  const at = (index: number) => nameOf(points[index] ?? (points[0] as Point));
  return (
    <Stack gap={6}>
      <RangeSlider
        aria-label="Part of the chart"
        thumbFromLabel="First shown"
        thumbToLabel="Last shown"
        size="sm"
        min={0}
        max={last}
        minRange={1}
        value={part}
        label={at}
        onChange={onPart}
      />
      {!whole && from && to && (
        <Group gap="xs">
          <Text size="sm">Shown: {rangeWords(from.first_day, to.last_day)}</Text>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onRange({ first: from.first_day, last: to.last_day })}
          >
            Take these days as the range
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={() => onPart([0, last])}>
            Show all
          </Button>
        </Group>
      )}
    </Stack>
  );
}
