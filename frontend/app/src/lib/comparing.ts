import { daysBetween, rangeWords } from './days.ts';
import { count, percent } from './numbers.ts';
import { shortDate } from './time.ts';
import type { Change, Comparison, FigureState } from './types.ts';

const signed = (words: string, n: number) => (n > 0 ? `+${words}` : n < 0 ? `−${words}` : words);

/** "+200 (+25%)", "no change", "+1 (0 before)"; nothing where one side is unknown. */
export function changeWords(change: Change | undefined): string | undefined {
  const { absolute, relative } = change ?? {};
  if (absolute === null || absolute === undefined) return undefined;
  if (absolute === 0) return 'no change';
  const share = typeof relative === 'number' ? signed(percent(Math.abs(relative)), relative) : '0 before';
  return `${signed(count(Math.abs(absolute)), absolute)} (${share})`;
}

/** Of a rate: "−2.5 points"; a share of a share would only confuse. */
export function pointsWords(change: Change | undefined): string | undefined {
  const { absolute } = change ?? {};
  if (absolute === null || absolute === undefined) return undefined;
  const points = Math.round(absolute * 10_000) / 100;
  return points === 0 ? 'same rate' : `${signed(count(Math.abs(points)), points)} points`;
}

/** Whether single changes may be shown: else there is nothing to set them against. */
export const tellsChange = ({ meaning }: Comparison) => meaning === 'comparable' || meaning === 'provisional';

export function meaningWords({ meaning, previous }: Comparison): string {
  const { first_day: first, last_day: last } = previous;
  const days = first && last ? daysBetween(first, last) : 0;
  const length = days === 1 ? 'the day' : `the ${days} days`;
  const before = first && last ? `${length} right before, ${rangeWords(first, last)}` : 'the period right before';
  switch (meaning) {
    case 'comparable':
      return `Compared with ${before}.`;
    case 'provisional':
      return `Compared with ${before}. Some of these figures still move, so the changes will, too.`;
    case 'empty_now':
      return `Nothing was sent in these days, so there is no change to tell. Before (${before}) something was.`;
    case 'empty_before':
      return `Not compared: nothing was sent in ${before}.`;
    case 'empty':
      return `Not compared: nothing was sent in these days, nor in ${before}.`;
    case 'not_shown':
      return `Not compared: ${before}, lie partly outside of the history range or were not read yet.`;
  }
}

/** When figures stop moving, or why nobody can say that they did. */
export function stateWords(state: FigureState, until: string | null, timeZone: string): string {
  if (state === 'settled') return 'Settled: read again after they usually stop moving.';
  const day = until && shortDate(until, timeZone);
  if (state === 'provisional') return day ? `Provisional until ${day}: figures still move.` : 'Provisional.';
  return `Not confirmed: they should stand still${day ? ` since ${day}` : ''}, but were not read again since.`;
}
