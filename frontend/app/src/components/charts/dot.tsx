import { isAlone, type Row, softKey } from '../../lib/chart-rows.ts';
import type { DrawingProps } from './drawing.tsx';
import { MARKS, Mark } from './mark.tsx';

type Props = Pick<DrawingProps, 'lines' | 'soft' | 'part' | 'at'> & {
  name: string;
  /** Filled in by the line that it is a dot of. */
  cx?: number;
  cy?: number;
  payload?: Row;
};

const MOST_MARKED = 45;

/** Where many points stand close together, only the chosen and the lonely ones are marked. */
export function Dot({ lines, soft, part, at: chosen, name, cx, cy, payload }: Props) {
  const number = lines.findIndex(({ key }) => key === name || softKey(key) === name);
  const line = lines[number];
  if (!line || !payload || typeof cx !== 'number' || typeof cy !== 'number') return null;
  const { at } = payload;
  const hollow = soft[at] ?? false;
  const marked = at === chosen || isAlone(line.values, at) || part.to - part.from < MOST_MARKED;
  if (hollow !== (name === softKey(line.key)) || !marked) return null;
  return (
    <g stroke={line.color} fill={line.color}>
      <Mark shape={MARKS[number % MARKS.length]} x={cx} y={cy} size={at === chosen ? 5 : 3} hollow={hollow} />
    </g>
  );
}
