import { plural } from './numbers.ts';
import type { Standing } from './types.ts';

const DAY_MS = 86_400_000;

/** What is refused while nobody pays. */
export const STOPS = 'sending, tracking, connecting, reconnecting, syncing and testing';

export const ENDED: Record<NonNullable<Standing['reason']>, string> = {
  trial_over: 'Your trial is over',
  cancelled: 'Your subscription has ended',
  payment_failed: 'Your subscription ended because a payment failed',
};

/** Days that have begun count: with 25 hours left there are two. */
export const daysLeft = (until: string, now = Date.now()) => Math.max(0, Math.ceil((Date.parse(until) - now) / DAY_MS));

export function timeLeft(until: string | null, now = Date.now()): string {
  if (!until) return 'soon';
  const days = daysLeft(until, now);
  return days <= 1 ? 'within a day' : `in ${plural(days, 'day')}`;
}
