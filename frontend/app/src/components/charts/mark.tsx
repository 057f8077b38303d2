export const MARKS = ['round', 'square', 'diamond', 'triangle'] as const;
export type Shape = (typeof MARKS)[number];

type Props = { shape?: Shape | undefined; x: number; y: number; size: number; hollow?: boolean };

/** A line is known by its mark, too: colours alone are not seen by all. */
export function Mark({ shape = 'round', x, y, size, hollow = false }: Props) {
  const look = hollow ? { fill: 'var(--mantine-color-body)', strokeWidth: 1.5 } : { strokeWidth: 0 };
  if (shape === 'round') return <circle cx={x} cy={y} r={size} {...look} />;
  if (shape === 'square') {
    return <rect x={x - size} y={y - size} width={2 * size} height={2 * size} {...look} />;
  }
  const r = size * 1.3;
  const corners =
    shape === 'diamond'
      ? `${x},${y - r} ${x + r},${y} ${x},${y + r} ${x - r},${y}`
      : `${x},${y - r} ${x + r},${y + r * 0.8} ${x - r},${y + r * 0.8}`;
  return <polygon points={corners} {...look} />;
}

/** In a legend, beside the words. */
export function MarkSwatch({ shape, color }: { shape: Shape | undefined; color: string }) {
  return (
    <svg width={18} height={12} aria-hidden="true" stroke={color} fill={color}>
      <line x1={0} x2={18} y1={6} y2={6} strokeWidth={2} />
      <Mark shape={shape} x={9} y={6} size={4} />
    </svg>
  );
}
