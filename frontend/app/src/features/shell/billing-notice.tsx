import { useLocation } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useStanding } from '../../lib/standing.ts';
import type { Standing } from '../../lib/types.ts';

const BillingBanner = lazy(() => import('./billing-banner.tsx'));

const SOON_MS = 7 * 86_400_000;

/** An end that comes within a week, a payment that failed, and that nothing works any more. */
export function calls(standing: Standing, now = Date.now()): boolean {
  if (standing.mode !== 'paid' || standing.status === 'active') return false;
  if (standing.status === 'inactive' || standing.status === 'past_due') return true;
  return standing.until !== null && Date.parse(standing.until) - now <= SOON_MS;
}

/** On every page but that of billing, which tells it at length. */
export function BillingNotice() {
  const standing = useStanding();
  const { pathname } = useLocation();
  if (!standing || !calls(standing) || pathname === '/settings/billing') return null;
  return (
    <Suspense fallback={<div className="billing-banner" />}>
      <BillingBanner standing={standing} />
    </Suspense>
  );
}
