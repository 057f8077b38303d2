import { isProblem } from '@mailwarden/api-client';
import { plural } from './numbers.ts';
import { retryAt } from './problem.ts';
import type { Asked } from './types.ts';

const MOST_NAMES = 3;

/** Who was told, for whoever asked: how many, and their names while there are few. */
export function toldWords({ told }: Asked): string {
  const people = `${plural(told.length, 'person', 'people')} ${told.length === 1 ? 'was' : 'were'} told`;
  const names = told.slice(0, MOST_NAMES).map((one) => one.name);
  return told.length > 0 && told.length <= MOST_NAMES ? `${people}: ${names.join(', ')}` : people;
}

/** Nobody may ask for many things a day: the server's own words, where an error says only how long to wait. */
export function askedEnough(error: unknown): string | null {
  return isProblem(error) && retryAt(error) ? (error.detail ?? null) : null;
}
