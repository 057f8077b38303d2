import '@mantine/charts/styles.css';
import './charts.css';
import { LineChart } from '@mantine/charts';
import { Line as BareLine, LineChart as BareLineChart, ReferenceArea, ReferenceLine } from 'recharts';
import { isAlone, type Line, type Row, type Span, softKey, spansOf } from '../../lib/chart-rows.ts';
import { BrushEnd } from './brush-end.tsx';
import type { Scale } from './chart.tsx';
import { MARKS, Mark } from './mark.tsx';

type Props = {
  rows: Row[];
  lines: Line[];
  names: string[];
  soft: boolean[];
  part: Span;
  at: number;
  scale: Scale | undefined;
  format: (value: number) => string;
  height: number;
  onPoint: (at: number) => void;
  onPress: () => void;
  /** Left out where there is too little to choose a part of. */
  brush: ((part: Span) => void) | undefined;
};

const MOST_MARKED = 45;
const TICK = { fontSize: 11, fill: 'currentColor' };

/** The drawn half of a chart; words and keys are the other's. */
export default function Drawing(props: Props) {
  const { rows, lines, names, soft, part, at, scale, format, height, onPoint, onPress, brush } = props;
  const onMove = ({ activeLabel }: { activeLabel?: string | number | undefined }) => {
    if (activeLabel !== undefined) onPoint(Number(activeLabel));
  };
  return (
    <LineChart
      h={height}
      data={rows}
      dataKey="at"
      series={seriesOf(lines, soft)}
      lineProps={({ name }) => ({ dot: <Dot {...props} name={String(name)} />, activeDot: false })}
      curveType="linear"
      connectNulls={false}
      withTooltip={false}
      accessibilityLayer={false}
      gridColor="var(--mantine-color-default-border)"
      strokeDasharray="0"
      tickLine="none"
      valueFormatter={format}
      xAxisProps={{
        type: 'number',
        domain: [part.from, part.to],
        ticks: Array.from({ length: part.to - part.from + 1 }, (_, index) => part.from + index),
        tick: TICK,
        tickMargin: 8,
        interval: 'equidistantPreserveStart',
        minTickGap: 24,
        tickFormatter: (index: number) => names[index] ?? '',
        padding: { left: 8, right: 8 },
      }}
      yAxisProps={{
        width: 'auto',
        tick: TICK,
        tickMargin: 6,
        domain: [0, scale?.top ?? 'auto'],
        ...(scale && { ticks: scale.ticks, interval: 0 }),
      }}
      lineChartProps={{
        margin: { top: 10, right: 14, bottom: 0, left: 0 },
        onMouseMove: onMove,
        onTouchMove: onMove,
        onMouseDown: onPress,
      }}
      withBrush={brush !== undefined}
      brushProps={{
        height: 32,
        dy: 4,
        travellerWidth: 10,
        startIndex: part.from,
        endIndex: part.to,
        traveller: <BrushEnd part={part} names={names} />,
        tickFormatter: () => '',
        onChange: ({ startIndex, endIndex }) => brush?.({ from: startIndex ?? 0, to: endIndex ?? names.length - 1 }),
        children: <Overview lines={lines} />,
      }}
    >
      {spansOf(soft).map(({ from, to }) => (
        <ReferenceArea key={from} className="chart-soft" x1={from - 0.5} x2={to + 0.5} ifOverflow="hidden" />
      ))}
      <ReferenceLine className="chart-cursor" x={at} />
    </LineChart>
  );
}

function seriesOf(lines: Line[], soft: boolean[]) {
  const firm = lines.map(({ key, color }) => ({ name: key, color }));
  if (!soft.includes(true)) return firm;
  const dashed = lines.map(({ key, color }) => ({ name: softKey(key), color, strokeDasharray: '5 4' }));
  return [...firm, ...dashed];
}

type DotProps = Pick<Props, 'lines' | 'soft' | 'part' | 'at'> & {
  name: string;
  /** Filled in by the line that it is a dot of. */
  cx?: number;
  cy?: number;
  payload?: Row;
};

/** Where many points stand close together, only the chosen and the lonely ones are marked. */
function Dot({ lines, soft, part, at: chosen, name, cx, cy, payload }: DotProps) {
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

/** All points, small, to see what part is chosen. */
function Overview({ lines }: { lines: Line[] }) {
  return (
    <BareLineChart>
      {lines.flatMap(({ key, color }) =>
        [key, softKey(key)].map((name) => (
          <BareLine key={name} dataKey={name} stroke={color} dot={false} isAnimationActive={false} type="linear" />
        )),
      )}
    </BareLineChart>
  );
}
