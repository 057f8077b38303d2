import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { Chart } from '../../components/charts/chart.tsx';
import { LINE_COLORS } from '../../lib/chart-rows.ts';
import { addDays, daysBetween, dayWords, pointName, rangeWords } from '../../lib/days.ts';
import type { ScoreDay } from '../../lib/types.ts';

/** Fixed, so that a fall looks as large as it is; the lines across part the bands. */
const SCALE = { top: 100, ticks: [0, 60, 70, 80, 90, 100] };

/** The score of each day; a day without one is a gap. */
export function ScoreChart({ days }: { days: ScoreDay[] }) {
  const all = useMemo(() => everyDay(days), [days]);
  const lines = useMemo(
    () => [{ key: 'score', color: LINE_COLORS[0], values: all.map(({ score }) => score?.score ?? null) }],
    [all],
  );
  const soft = useMemo(() => all.map(({ score }) => score?.score != null && score.provisional), [all]);
  const dayAt = (at: number) => all[at]?.day ?? '';
  if (!days.some(({ score }) => score !== null)) return <Text size="sm">There was no score on any of these days.</Text>;
  return (
    <div>
      <Chart
        label="Score by day"
        lines={lines}
        names={all.map(({ day }) => pointName(day, 'day'))}
        soft={soft}
        told={(at) => `${dayWords(dayAt(at))}: ${scoreWords(all[at]?.score)}`}
        format={String}
        whole
        scale={SCALE}
        height={210}
        partWords={({ from, to }) => rangeWords(dayAt(from), dayAt(to))}
      />
      {soft.includes(true) && (
        <Text size="xs" c="dimmed">
          Dashed and shaded: provisional. Gaps: no score.
        </Text>
      )}
    </div>
  );
}

function scoreWords(score: ScoreDay | undefined): string {
  if (!score || score.score === null) return 'no score';
  return `${score.score}, ${score.label}${score.provisional ? ' (provisional)' : ''}`;
}

type Day = { day: string; score: ScoreDay | undefined };

/** From the first stored day to the last, with those between that are missing. */
function everyDay(days: ScoreDay[]): Day[] {
  const known = new Map(days.map((score) => [score.day, score]));
  const order = [...known.keys()].sort();
  const [first, last] = [order[0], order.at(-1)];
  if (!first || !last) return [];
  return Array.from({ length: daysBetween(first, last) }, (_, n) => addDays(first, n)).map((day) => ({
    day,
    score: known.get(day),
  }));
}
