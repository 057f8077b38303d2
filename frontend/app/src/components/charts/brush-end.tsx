import { useEffect, useRef } from 'react';
import type { Span } from '../../lib/chart-rows.ts';

type Props = {
  part: Span;
  names: string[];
  /** Where the brush puts it. */
  x?: number;
  y?: number;
  width?: number;
  height?: number;
};

const REACH = 9;

/**
 * What a hand or the arrow keys move. The library makes a slider of each end, but calls both the same and tells places in
 * pixels, so each says here which one it is and where it stands. Wider to the touch than to the eye.
 */
export function BrushEnd({ part, names, x = 0, y = 0, width = 0, height = 0 }: Props) {
  const drawn = useRef<SVGGElement>(null);
  useEffect(() => {
    const end = drawn.current?.closest('[role=slider]');
    const said = end === end?.parentElement?.querySelector('[role=slider]') ? firstOf(part) : lastOf(part, names);
    for (const [name, value] of Object.entries(said)) end?.setAttribute(name, String(value));
    end?.setAttribute('aria-valuetext', names[said['aria-valuenow']] ?? '');
  });
  return (
    <g ref={drawn}>
      <rect className="brush-reach" x={x - REACH} y={y} width={width + 2 * REACH} height={height} />
      <rect className="brush-end" x={x} y={y} width={width} height={height} rx={3} />
      <path className="brush-grip" d={`M${x + width / 2} ${y + height / 2 - 5}v10`} />
    </g>
  );
}

const firstOf = ({ from, to }: Span) => ({
  'aria-label': 'First shown',
  'aria-valuemin': 0,
  'aria-valuemax': to,
  'aria-valuenow': from,
});

const lastOf = ({ from, to }: Span, names: string[]) => ({
  'aria-label': 'Last shown',
  'aria-valuemin': from,
  'aria-valuemax': names.length - 1,
  'aria-valuenow': to,
});
