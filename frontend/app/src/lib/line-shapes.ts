/** Where things of a line chart stand. Pure. */
export type Line = { key: string; color: string; values: (number | null)[] };
type Edge = { top: number; right: number; bottom: number; left: number };

export type Place = {
  left: number;
  right: number;
  top: number;
  height: number;
  step: number;
  x: (index: number) => number;
  y: (value: number) => number;
  nearest: (x: number) => number;
  path: (values: (number | null)[], from: number, to: number) => string;
};

/** A round number at or above the highest value: 1, 2, 4 or 5 times a power of ten, so that quarters are round, too. */
export function niceTop(highest: number): number {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  const factor = [1, 2, 4, 6, 8, 10].find((one) => one * power >= highest) ?? 10;
  return factor * power;
}

export function inside(width: number, height: number, edge: Edge, n: number, top: number): Place {
  const [left, right] = [edge.left, Math.max(width - edge.right, edge.left + 1)];
  const tall = height - edge.top - edge.bottom;
  const step = n > 1 ? (right - left) / (n - 1) : right - left;
  const x = (index: number) => (n > 1 ? left + index * step : (left + right) / 2);
  const y = (value: number) => edge.top + tall * (1 - value / top);
  return {
    left,
    right,
    top: edge.top,
    height: tall,
    step,
    x,
    y,
    nearest: (at) => (n > 1 ? Math.round((at - left) / step) : 0),
    path: (values, from, to) =>
      values
        .slice(from, to + 1)
        .map((value, offset) => `${offset === 0 ? 'M' : 'L'}${x(from + offset).toFixed(1)} ${y(value ?? 0).toFixed(1)}`)
        .join(' '),
  };
}

export type Run = { from: number; to: number; dashed: boolean };

/** Pieces of a line without gaps; dashed where an end of them may still change. */
export function runsOf(values: (number | null)[], soft: boolean[]): Run[] {
  const runs: Run[] = [];
  for (let index = 1; index < values.length; index += 1) {
    if (values[index] === null || values[index - 1] === null) continue;
    const dashed = Boolean(soft[index] || soft[index - 1]);
    const before = runs.at(-1);
    if (before && before.to === index - 1 && before.dashed === dashed) before.to = index;
    else runs.push({ from: index - 1, to: index, dashed });
  }
  return runs;
}

/** At most so many of n places, evenly, with the first and the last. */
export function spread(n: number, most: number): number[] {
  if (n <= most) return Array.from({ length: n }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.round((index * (n - 1)) / (most - 1)));
}
