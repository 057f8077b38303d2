import { dateFormat } from './formatters.ts';
import { dayOf } from './time.ts';
import type { Interval } from './types.ts';

const DAY_MS = 86_400_000;
/** What the API takes; it also keeps years that are half typed out. */
const [EARLIEST, LATEST] = ['1971-01-01', '2199-12-31'];
const wall = (day: string) => Date.parse(`${day}T00:00:00Z`);

/** Calendar days as YYYY-MM-DD: what stands in addresses and what the API tells; no time zone is left in them. */
export const isDay = (value: unknown): value is string =>
  /^\d{4}-\d{2}-\d{2}$/.test(String(value)) &&
  String(value) >= EARLIEST &&
  String(value) <= LATEST &&
  !Number.isNaN(wall(String(value)));

export const addDays = (day: string, n: number) => new Date(wall(day) + n * DAY_MS).toISOString().slice(0, 10);

/** How many days from one to the other, both included. */
export const daysBetween = (first: string, last: string) => Math.round((wall(last) - wall(first)) / DAY_MS) + 1;

/** The last n days in a zone, today included. */
export function lastDays(n: number, timeZone: string, now = Date.now()): { first: string; last: string } {
  const last = dayOf(now, timeZone);
  return { first: addDays(last, 1 - n), last };
}

/** "Nov 2, 2026" */
export function dayWords(day: string, locale?: string): string {
  return dateFormat(locale, { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' }).format(wall(day));
}

/** "Oct 24 – Nov 22, 2026" */
export function rangeWords(first: string, last: string, locale?: string): string {
  const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' };
  return dateFormat(locale, options).formatRange(wall(first), wall(last));
}

/** What a point of a chart is called: its day, its week, its month. */
export function pointWords(first: string, last: string, interval: Interval, locale?: string): string {
  if (interval === 'month' && first.slice(0, 7) === last.slice(0, 7)) {
    return dateFormat(locale, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(wall(first));
  }
  return first === last ? dayWords(first, locale) : rangeWords(first, last, locale);
}

/** The same where room is short: "Nov 2", or "Nov 26" of a month. */
export function pointName(first: string, interval: Interval, locale?: string): string {
  const options: Intl.DateTimeFormatOptions =
    interval === 'month' ? { month: 'short', year: '2-digit' } : { month: 'short', day: 'numeric' };
  return dateFormat(locale, { ...options, timeZone: 'UTC' }).format(wall(first));
}
