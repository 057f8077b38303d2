import { getMetricsSummaryOptions } from '@mailwarden/api-client/react-query';
import { keepPreviousData } from '@tanstack/react-query';
import { dayOf, dayStart } from '../../lib/time.ts';

export const RANGES = ['7', '30', '90'] as const;
export type Range = (typeof RANGES)[number];

/** Figures of campaigns sent in the last days, whole days of the organization's zone. */
export function summaryOptions(range: Range, timeZone: string, connectionId?: string) {
  const first = dayOf(Date.now() - (Number(range) - 1) * 86_400_000, timeZone);
  const query = { connection_id: connectionId, sent_from: dayStart(first, timeZone) };
  return { ...getMetricsSummaryOptions({ query }), placeholderData: keepPreviousData, refetchInterval: 60_000 };
}
