import { listReconciliations, startReconciliation } from '@mailwarden/api-client';
import {
  getMetricsSeriesOptions,
  listReconciliationsOptions,
  listReconciliationsQueryKey,
} from '@mailwarden/api-client/react-query';
import { keepPreviousData, useMutation, useQueryClient } from '@tanstack/react-query';
import { pages } from '../../lib/pages.ts';
import type { Reconciliation } from '../../lib/types.ts';
import { type FiguresSearch, toQuery } from './search.ts';

/** Figures of campaigns sent in a range of days of the organization's zone, by day, week or month. */
export function seriesOptions(search: FiguresSearch, timeZone: string) {
  const query = toQuery(search, timeZone);
  return { ...getMetricsSeriesOptions({ query }), placeholderData: keepPreviousData, refetchInterval: 60_000 };
}

const runs = ({ status }: Reconciliation) => status === 'queued' || status === 'running';

/** The comparisons of one account, newest first; one that runs is asked for until it is done. */
export function reconciliationsOptions(connectionId: string) {
  const query = { connection_id: [connectionId], limit: 10 };
  return {
    ...pages(listReconciliationsQueryKey({ query }), (cursor, signal) =>
      listReconciliations({ query: { ...query, cursor }, signal }),
    ),
    refetchInterval: ({ state }: { state: { data?: { pages: { data: Reconciliation[] }[] } } }) =>
      state.data?.pages[0]?.data.some(runs) ? 3_000 : 60_000,
  };
}

/** The newest of all accounts. */
export const latestOptions = () => listReconciliationsOptions({ query: { limit: 100 } });

export function useReconcile(connectionId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => startReconciliation({ body: { connection_id: connectionId } }),
    meta: { inline: true },
    onSuccess: () =>
      client.invalidateQueries({
        predicate: ({ queryKey: [first] }) => (first as { _id?: string })?._id === 'listReconciliations',
      }),
  });
}
