import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { inside, type Line, niceTop, type Place, runsOf, spread } from '../lib/line-shapes.ts';
import { MARKS, Mark } from './line-mark.tsx';

type Props = {
  /** What it shows, for those who hear it. */
  label: string;
  lines: Line[];
  /** What each point is called, along the lower edge. */
  names: string[];
  /** Points that may still change: their lines are dashed, their ground is shaded. */
  soft: boolean[];
  told: (index: number) => string;
  format: (value: number) => string;
};

const HEIGHT = 230;
const EDGE = { top: 10, right: 14, bottom: 24, left: 52 };
const MOST_MARKED = 45;

/**
 * Lines over time. A point is chosen by pointer or by arrow keys and told in words below; days without a value are gaps.
 */
export function LineChart({ label, lines, names, soft, told, format }: Props) {
  const { ref, width: measured } = useElementSize();
  const [chosen, setChosen] = useState<number>();
  const width = measured || 640;
  const last = names.length - 1;
  const at = Math.min(chosen ?? last, last);
  const top = niceTop(Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))));
  const place: Place = inside(width, HEIGHT, EDGE, names.length, top);
  const choose = (index: number) => setChosen(Math.max(0, Math.min(last, index)));
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
  };
  const onPointerMove = (event: PointerEvent) =>
    choose(place.nearest(event.clientX - event.currentTarget.getBoundingClientRect().left));
  return (
    <div>
      <div
        ref={ref}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(last, 0)}
        aria-valuenow={at}
        aria-valuetext={told(at)}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerDown={onPointerMove}
        className="chart"
      >
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <Ground place={place} soft={soft} />
          <Scale place={place} top={top} names={names} format={format} />
          <line className="chart-cursor" x1={place.x(at)} x2={place.x(at)} y1={place.y(top)} y2={place.y(0)} />
          {lines.map((line, number) => (
            <Drawn key={line.key} line={line} mark={number} place={place} soft={soft} at={at} />
          ))}
        </svg>
      </div>
      <p className="chart-told">{told(at)}</p>
    </div>
  );
}

/** Shaded where figures still move. */
function Ground({ place, soft }: { place: Place; soft: boolean[] }) {
  const half = place.step / 2;
  return soft.map((is, index) => {
    if (!is) return null;
    const from = Math.max(place.x(index) - half, place.left);
    const to = Math.min(place.x(index) + half, place.right);
    return (
      <rect
        // biome-ignore lint/suspicious/noArrayIndexKey: points have no other name than their place
        key={index}
        className="chart-soft"
        x={from}
        width={Math.max(to - from, 1)}
        y={place.top}
        height={place.height}
      />
    );
  });
}

type ScaleProps = { place: Place; top: number; names: string[]; format: (value: number) => string };

function Scale({ place, top, names, format }: ScaleProps) {
  return (
    <g className="chart-scale">
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line x1={place.left} x2={place.right} y1={place.y(top * share)} y2={place.y(top * share)} />
          <text x={place.left - 8} y={place.y(top * share)} textAnchor="end" dominantBaseline="middle">
            {format(top * share)}
          </text>
        </g>
      ))}
      {spread(names.length, Math.max(2, Math.floor((place.right - place.left) / 110))).map((index) => (
        <text key={index} x={place.x(index)} y={HEIGHT - 6} textAnchor={anchor(index, names.length)}>
          {names[index]}
        </text>
      ))}
    </g>
  );
}

const anchor = (index: number, n: number) =>
  n > 1 && index === 0 ? 'start' : n > 1 && index === n - 1 ? 'end' : 'middle';

type DrawnProps = { line: Line; mark: number; place: Place; soft: boolean[]; at: number };

function Drawn({ line, mark, place, soft, at }: DrawnProps) {
  const { values, color } = line;
  const alone = (index: number) => typeof values[index - 1] !== 'number' && typeof values[index + 1] !== 'number';
  const marked = (index: number) => index === at || alone(index) || values.length <= MOST_MARKED;
  return (
    <g stroke={color} fill={color}>
      {runsOf(values, soft).map(({ from, to, dashed }) => (
        <path
          key={`${from} ${dashed}`}
          d={place.path(values, from, to)}
          fill="none"
          strokeWidth={2}
          strokeLinejoin="round"
          strokeDasharray={dashed ? '5 4' : undefined}
        />
      ))}
      {values.map((value, index) =>
        typeof value === 'number' && marked(index) ? (
          <Mark
            // biome-ignore lint/suspicious/noArrayIndexKey: points have no other name than their place
            key={index}
            shape={MARKS[mark % MARKS.length]}
            x={place.x(index)}
            y={place.y(value)}
            size={index === at ? 5 : 3}
            hollow={soft[index] ?? false}
          />
        ) : null,
      )}
    </g>
  );
}
