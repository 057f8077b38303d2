import { Button, Group, Text } from '@mantine/core';
import { type KeyboardEvent, lazy, Suspense, useMemo, useRef, useState } from 'react';
import { type Line, rowsOf, type Span } from '../../lib/chart-rows.ts';
import { useSteady } from './steady.ts';

const Drawing = lazy(() => import('./drawing.tsx'));

export type Scale = { top: number; ticks: number[] };

type Props = {
  /** What it shows, for those who hear it. */
  label: string;
  lines: Line[];
  /** What each point is called, along the lower edge. */
  names: string[];
  /** Points that may still change: their lines are dashed, their ground is shaded. */
  soft: boolean[];
  told: (at: number) => string;
  format: (value: number) => string;
  /** Figures are whole numbers, so that the scale has no parts of one. */
  whole?: boolean;
  /** The upper end and the lines across, unless they follow the figures. */
  scale?: Scale;
  height?: number;
  /** What points from one to another are called together. */
  partWords: (part: Span) => string;
  onTake?: (part: Span) => void;
};

const LEAST_TO_ZOOM = 14;
const BRUSH_HEIGHT = 38;

/**
 * Lines over time. A point is chosen by pointer or by arrow keys and told in words below; days without a value are gaps.
 * What draws comes by itself, later, into a place of its size.
 */
export function Chart(props: Props) {
  const { label, lines, names, soft, told, format, whole = false, scale, height = 240, partWords, onTake } = props;
  const last = Math.max(names.length - 1, 0);
  const slider = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<number>();
  const [part, setPart] = useState<Span>({ from: 0, to: last });
  const rows = useSteady(useMemo(() => rowsOf(lines, soft), [lines, soft]));
  const zooms = names.length >= LEAST_TO_ZOOM;
  const at = Math.max(part.from, Math.min(chosen ?? part.to, part.to));
  const tall = height + (zooms ? BRUSH_HEIGHT : 0);
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: part.from, End: part.to };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setChosen(Math.max(part.from, Math.min(next, part.to)));
  };
  return (
    <div>
      <div className="chart" style={{ height: tall }} onPointerDown={rows.hold}>
        <div
          ref={slider}
          role="slider"
          tabIndex={0}
          aria-label={label}
          aria-valuemin={part.from}
          aria-valuemax={part.to}
          aria-valuenow={at}
          aria-valuetext={told(at)}
          onKeyDown={onKeyDown}
          className="chart-points"
          style={{ height }}
        />
        <Suspense fallback={null}>
          <Drawing
            rows={rows.value}
            lines={lines}
            names={names}
            soft={soft}
            part={part}
            at={at}
            scale={scale}
            format={format}
            whole={whole}
            height={tall}
            onPoint={setChosen}
            onPress={() => slider.current?.focus({ preventScroll: true })}
            onPart={zooms ? setPart : undefined}
          />
        </Suspense>
      </div>
      <p className="chart-told">{told(at)}</p>
      {(part.from > 0 || part.to < last) && (
        <Group gap="xs">
          <Text size="sm">Shown: {partWords(part)}</Text>
          {onTake && (
            <Button size="compact-sm" variant="default" onClick={() => onTake(part)}>
              Take these days as the range
            </Button>
          )}
          <Button size="compact-sm" variant="subtle" onClick={() => setPart({ from: 0, to: last })}>
            Show all
          </Button>
        </Group>
      )}
    </div>
  );
}
