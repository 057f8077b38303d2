import { daysBetween, isDay, lastDays } from '../../lib/days.ts';
import type { Interval } from '../../lib/types.ts';

export const PRESETS = ['7', '30', '90', '365'] as const;
export type Preset = (typeof PRESETS)[number];
export const INTERVALS = ['day', 'week', 'month'] as const;

/** Which days the figures are of. It is in the address, so that it can be shared and survives Back. */
export type FiguresSearch = {
  days?: Preset | undefined;
  from?: string | undefined;
  to?: string | undefined;
  by?: Interval | undefined;
  account?: string | undefined;
};

export type Range = { first: string; last: string };
const MOST_POINTS = 92;

export function readFiguresSearch(raw: Record<string, unknown>): FiguresSearch {
  const { from, to } = raw;
  const own = isDay(from) && isDay(to) && from <= to;
  const account = raw['account'];
  return {
    days: own ? undefined : PRESETS.find((preset) => preset === String(raw['days'] ?? '')),
    from: own ? from : undefined,
    to: own ? to : undefined,
    by: INTERVALS.find((interval) => interval === raw['by']),
    account: typeof account === 'string' && account ? account : undefined,
  };
}

/** Days of the organization, both included. */
export function rangeOf({ days = '30', from, to }: FiguresSearch, timeZone: string): Range {
  return from && to ? { first: from, last: to } : lastDays(Number(days), timeZone);
}

/** Unless somebody chose: so fine that single points can still be told apart. */
export function intervalOf(search: FiguresSearch, { first, last }: Range): Interval {
  const days = daysBetween(first, last);
  if (search.by) return days > 4_000 && search.by === 'day' ? 'week' : search.by;
  if (days <= MOST_POINTS) return 'day';
  return days <= 7 * MOST_POINTS ? 'week' : 'month';
}

/** What is asked for, and what an export of the same is asked for with. */
export function toQuery(search: FiguresSearch, timeZone: string) {
  const range = rangeOf(search, timeZone);
  return {
    first_day: range.first,
    last_day: range.last,
    interval: intervalOf(search, range),
    connection_id: search.account ? [search.account] : undefined,
    compare: true,
  };
}

/** A changed end never leaves a range that ends before it begins. */
export function withEnd(range: Range, change: Partial<Range>): FiguresSearch {
  const { first, last } = { ...range, ...change };
  const turned = first > last;
  const from = turned && change.last ? last : first;
  const to = turned && change.first ? first : last;
  return { days: undefined, from, to };
}
