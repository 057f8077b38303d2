import { listConnectionSyncs, listSyncJournal, streamSync } from '@mailwarden/api-client';
import {
  countUnreadAlertsQueryKey,
  getMetricsSeriesQueryKey,
  getMetricsSummaryQueryKey,
  getSyncOptions,
  listCampaignsQueryKey,
  listConnectionSyncsQueryKey,
  listIntegrationsQueryKey,
  listReconnectReceiptsQueryKey,
  listSyncJournalQueryKey,
} from '@mailwarden/api-client/react-query';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { pages } from '../../lib/pages.ts';
import type { SyncRun } from '../../lib/types.ts';

export const isOver = (run: SyncRun) => run.status === 'success' || run.status === 'failed';

export function syncsOptions(connectionId: string) {
  const path = { connection_id: connectionId };
  return pages(listConnectionSyncsQueryKey({ path }), (cursor, signal) =>
    listConnectionSyncs({ path, query: { cursor }, signal }),
  );
}

export function journalOptions(syncId: string) {
  const path = { sync_id: syncId };
  return pages(listSyncJournalQueryKey({ path }), (cursor, signal) =>
    listSyncJournal({ path, query: { cursor }, signal }),
  );
}

const runOptions = (syncId: string) => getSyncOptions({ path: { sync_id: syncId } });

/** A run that is under way, kept current by its event stream; slow polling covers a stream that breaks. */
export function useLiveRun(syncId: string): SyncRun | undefined {
  const client = useQueryClient();
  const query = useQuery({
    ...runOptions(syncId),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : 5_000),
  });
  useEffect(() => follow(client, syncId), [client, syncId]);
  const over = query.data ? isOver(query.data) : false;
  useEffect(() => {
    if (over) void afterRun(client);
  }, [client, over]);
  return query.data;
}

/** One stream per visible run; hidden tabs give their connection back to the browser. */
function follow(client: QueryClient, syncId: string): () => void {
  let stop = new AbortController();
  const listen = async () => {
    const { stream } = await streamSync({ path: { sync_id: syncId }, signal: stop.signal, sseMaxRetryAttempts: 3 });
    for await (const run of stream) client.setQueryData(runOptions(syncId).queryKey, run as SyncRun);
  };
  const restart = () => {
    stop.abort();
    stop = new AbortController();
    if (!document.hidden) listen().catch(() => undefined);
  };
  restart();
  document.addEventListener('visibilitychange', restart);
  return () => {
    document.removeEventListener('visibilitychange', restart);
    stop.abort();
  };
}

/** A finished run changes what nearly every page shows. */
async function afterRun(client: QueryClient): Promise<void> {
  const ids = [
    listIntegrationsQueryKey(),
    listCampaignsQueryKey(),
    getMetricsSeriesQueryKey(),
    getMetricsSummaryQueryKey(),
    countUnreadAlertsQueryKey(),
    listConnectionSyncsQueryKey({ path: { connection_id: '' } }),
    listReconnectReceiptsQueryKey({ path: { connection_id: '' } }),
  ].map(([key]) => key._id);
  await client.invalidateQueries({
    predicate: ({ queryKey: [first] }) => ids.includes((first as { _id: string })?._id),
  });
}
