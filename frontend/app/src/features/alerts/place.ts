import type { Alert } from '../../lib/types.ts';
import type { Place } from '../../lib/wishes.ts';

/** The page that an alert brings along; only a path of ours is followed. */
export function placeOf({ card }: Alert): Place | null {
  const page = card?.['page'];
  if (typeof page !== 'string' || !/^\/(?![/\\])/.test(page)) return null;
  const { pathname, searchParams } = new URL(page, window.location.origin);
  return { to: pathname, search: Object.fromEntries(searchParams) };
}

const NAMES: Record<string, string> = {
  '/deliverability': 'Open deliverability',
  '/dashboard': 'Open the dashboard',
  '/integrations': 'Open the integrations',
  '/outreach': 'Open outreach',
};

export const placeName = ({ to }: Place) =>
  to.startsWith('/outreach/') ? 'Open the campaign' : (NAMES[to] ?? 'Open the page');
