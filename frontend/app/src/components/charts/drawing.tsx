import './charts.css';
import {
  Brush,
  CartesianGrid,
  Line,
  LineChart,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts';
import { type Line as Drawn, type Row, type Span, softKey, spansOf } from '../../lib/chart-rows.ts';
import { BrushEnd } from './brush-end.tsx';
import type { Scale } from './chart.tsx';
import { Dot } from './dot.tsx';

export type DrawingProps = {
  rows: Row[];
  lines: Drawn[];
  names: string[];
  soft: boolean[];
  part: Span;
  at: number;
  scale: Scale | undefined;
  format: (value: number) => string;
  whole: boolean;
  height: number;
  onPoint: (at: number) => void;
  onPress: () => void;
  /** Left out where there is too little to choose a part of. */
  onPart: ((part: Span) => void) | undefined;
};

const SIZES = { margin: { top: 10, right: 16, bottom: 0, left: 0 }, brush: 32 };
const DASHES = '5 4';

/** The drawn half of a chart; words and keys are the other's. */
export default function Drawing(props: DrawingProps) {
  const { rows, lines, names, soft, part, at, scale, format, whole, height, onPoint, onPress, onPart } = props;
  const onMove = ({ activeLabel }: { activeLabel?: string | number | undefined }) => {
    if (activeLabel !== undefined) onPoint(Number(activeLabel));
  };
  return (
    <ResponsiveContainer width="100%" height={height}>
      <LineChart
        data={rows}
        margin={SIZES.margin}
        accessibilityLayer={false}
        onMouseMove={onMove}
        onTouchMove={onMove}
        onClick={({ activeLabel }) => activeLabel !== undefined && onPress()}
      >
        {spansOf(soft).map(({ from, to }) => (
          <ReferenceArea key={from} className="chart-soft" x1={from - 0.5} x2={to + 0.5} ifOverflow="hidden" />
        ))}
        <CartesianGrid vertical={false} />
        <XAxis
          dataKey="at"
          type="number"
          domain={[part.from, part.to]}
          ticks={rows.slice(part.from, part.to + 1).map((row) => row.at)}
          tickFormatter={(index: number) => names[index] ?? ''}
          interval="equidistantPreserveStart"
          minTickGap={24}
          tickMargin={8}
          height={36}
          padding={{ left: 8, right: 8 }}
          tickLine={false}
        />
        <YAxis
          width="auto"
          allowDecimals={!whole}
          domain={[0, scale?.top ?? 'auto']}
          {...(scale && { ticks: scale.ticks, interval: 0 })}
          tickFormatter={format}
          tickMargin={6}
          axisLine={false}
          tickLine={false}
        />
        <ReferenceLine className="chart-cursor" x={at} />
        {linesOf(lines, soft).map(({ key, color, dashes }) => (
          <Line
            key={key}
            dataKey={key}
            stroke={color}
            strokeWidth={2}
            strokeDasharray={dashes}
            type="linear"
            isAnimationActive={false}
            dot={<Dot {...props} name={key} />}
            activeDot={false}
          />
        ))}
        {onPart && (
          <Brush
            dataKey="at"
            height={SIZES.brush}
            travellerWidth={10}
            traveller={<BrushEnd part={part} names={names} />}
            tickFormatter={() => ''}
            startIndex={part.from}
            endIndex={part.to}
            onChange={({ startIndex, endIndex }) => onPart({ from: startIndex ?? 0, to: endIndex ?? names.length - 1 })}
          >
            {overview(lines, soft)}
          </Brush>
        )}
      </LineChart>
    </ResponsiveContainer>
  );
}

function linesOf(lines: Drawn[], soft: boolean[]): { key: string; color: string; dashes?: string }[] {
  const dashed = lines.map(({ key, color }) => ({ key: softKey(key), color, dashes: DASHES }));
  return soft.includes(true) ? [...lines, ...dashed] : lines;
}

/** All points, small, to see what part is chosen. It shares the large one's settings, so they must be the same. */
const overview = (lines: Drawn[], soft: boolean[]) => (
  <LineChart accessibilityLayer={false}>
    {linesOf(lines, soft).map(({ key, color }) => (
      <Line
        key={key}
        dataKey={key}
        stroke={color}
        dot={false}
        activeDot={false}
        type="linear"
        isAnimationActive={false}
      />
    ))}
  </LineChart>
);
