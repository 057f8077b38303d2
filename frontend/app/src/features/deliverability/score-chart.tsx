import { Text } from '@mantine/core';
import { useState } from 'react';
import { shortDate } from '../../lib/time.ts';
import type { ScoreDay } from '../../lib/types.ts';

const WIDTH = 720;
const HEIGHT = 180;
const LEFT = 28;
const PAD = 10;
const DAY_MS = 86_400_000;
const BANDS = [60, 70, 80, 90];

type Dot = { x: number; y: number; at: number; day: ScoreDay };

/** One line over fixed 0 to 100, so that a fall looks as large as it is; a day without a score is a gap. */
export function ScoreChart({ days }: { days: ScoreDay[] }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const dots = place(days);
  const shown = dots[chosen ?? dots.length - 1];
  const step = (by: number) => setChosen(Math.min(dots.length - 1, Math.max(0, (chosen ?? dots.length - 1) + by)));
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    step(event.key === 'ArrowLeft' ? -1 : 1);
  };
  const words = shown && `${shortDate(shown.day.day, 'UTC')}: ${shown.day.score}, ${shown.day.label}`;
  return (
    <div>
      <Text size="sm" className="tnum" mb={4} aria-live="polite">
        {words ?? 'There was no score on any of these days.'}
      </Text>
      <div
        role="slider"
        tabIndex={0}
        aria-label="Score by day; the arrow keys go from day to day"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={shown?.day.score ?? 0}
        aria-valuetext={words ?? 'No score'}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => setChosen(nearest(dots, event))}
        onPointerLeave={() => setChosen(null)}
      >
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" aria-hidden>
          <Grid />
          <path d={path(dots)} fill="none" stroke={INK} strokeWidth={2} strokeLinejoin="round" />
          {dots.map((dot) => (
            <circle key={dot.at} cx={dot.x} cy={dot.y} r={dot === shown ? 5 : 2} fill={INK} />
          ))}
        </svg>
      </div>
    </div>
  );
}

const INK = 'light-dark(var(--mantine-color-brand-6), var(--mantine-color-brand-4))';
const height = (score: number) => PAD + ((100 - score) / 100) * (HEIGHT - 2 * PAD);

function Grid() {
  return (
    <g aria-hidden fontSize={11} fill="var(--mantine-color-dimmed)">
      {[0, ...BANDS, 100].map((score) => (
        <g key={score}>
          <line
            x1={LEFT}
            x2={WIDTH}
            y1={height(score)}
            y2={height(score)}
            stroke="var(--mantine-color-default-border)"
          />
          <text x={LEFT - 6} y={height(score) + 4} textAnchor="end">
            {score}
          </text>
        </g>
      ))}
    </g>
  );
}

function place(days: ScoreDay[]): Dot[] {
  const all = days.map((day) => Date.parse(day.day));
  const first = Math.min(...all);
  const span = Math.max(DAY_MS, Math.max(...all) - first);
  const dots = days.flatMap((day) => {
    if (day.score === null) return [];
    const at = Date.parse(day.day);
    return [{ at, day, x: LEFT + 6 + ((at - first) / span) * (WIDTH - LEFT - 12), y: height(day.score) }];
  });
  return dots.sort((a, b) => a.at - b.at);
}

/** Lifted where a day is missing. */
function path(dots: Dot[]): string {
  return dots
    .map(
      ({ x, y, at }, i) =>
        `${i > 0 && at - (dots[i - 1]?.at ?? 0) <= DAY_MS ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`,
    )
    .join('');
}

function nearest(dots: Dot[], event: React.PointerEvent<HTMLElement>): number | null {
  const box = event.currentTarget.getBoundingClientRect();
  if (box.width === 0 || dots.length === 0) return null;
  const x = ((event.clientX - box.left) / box.width) * WIDTH;
  const best = dots.reduce((near, dot) => (Math.abs(dot.x - x) < Math.abs(near.x - x) ? dot : near));
  return dots.indexOf(best);
}
