import { tryDeliverabilityChange } from '@mailwarden/api-client';
import { listDeliverabilityHistoryOptions } from '@mailwarden/api-client/react-query';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { dayOf } from '../../lib/time.ts';
import type { WhatIf } from '../../lib/types.ts';

export const HISTORY_DAYS = 90;

/** One score a day (UTC), newest first. */
export function historyOptions(domain: string | undefined) {
  const first = dayOf(Date.now() - (HISTORY_DAYS - 1) * 86_400_000, 'UTC');
  return listDeliverabilityHistoryOptions({ query: { domain, first, limit: 100 } });
}

/** A question, though it is posted: nothing is stored, so the same one need not be asked twice. `asOf`: of which score. */
export const whatIfOptions = (body: WhatIf, asOf: string) =>
  queryOptions({
    queryKey: ['deliverability-what-if', asOf, body],
    queryFn: async ({ signal }) => (await tryDeliverabilityChange({ body, signal })).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
