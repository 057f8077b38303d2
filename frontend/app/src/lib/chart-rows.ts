/** What a chart draws out of lines. Pure. */
export type Line = { key: string; color: string; values: (number | null)[] };
export type Row = { at: number; [key: string]: number | null };
export type Span = { from: number; to: number };

/** At most four lines at a time; the same colours in both schemes, each at least 3:1 on either ground. */
export const LINE_COLORS = ['#6366f1', '#059669', '#d97706', '#db2777'] as const;

/** What of a line may still change is drawn as a line of its own: a stroke is dashed as a whole or not at all. */
export const softKey = (key: string) => `${key} soft`;

/** A stroke is dashed where an end of it may still change, so the firm points beside soft ones belong to both lines. */
export function rowsOf(lines: Line[], soft: boolean[]): Row[] {
  return soft.map((is, at) => {
    const dashed = is || soft[at - 1] || soft[at + 1];
    const row: Row = { at };
    for (const { key, values } of lines) {
      row[key] = is ? null : (values[at] ?? null);
      row[softKey(key)] = dashed ? (values[at] ?? null) : null;
    }
    return row;
  });
}

/** Where things are true, from the first to the last of each run. */
export function spansOf(soft: boolean[]): Span[] {
  const spans: Span[] = [];
  soft.forEach((is, at) => {
    const before = spans.at(-1);
    if (is && before?.to === at - 1) before.to = at;
    else if (is) spans.push({ from: at, to: at });
  });
  return spans;
}

/** No line leads to it: only a mark shows that it is there. */
export const isAlone = (values: (number | null)[], at: number) =>
  typeof values[at - 1] !== 'number' && typeof values[at + 1] !== 'number';
