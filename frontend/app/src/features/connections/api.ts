import {
  askReconnect,
  connectByPassword,
  disconnectConnection,
  discoverServers,
  listConnectionHistory,
  renewPassword,
  startConnect,
  startReconnect,
  startSync,
  testConnection,
  testMailbox,
  updateConnection,
} from '@mailwarden/api-client';
import {
  getConnectionQueryKey,
  getDisconnectPreviewOptions,
  getOauthAttemptOptions,
  listConnectionHistoryQueryKey,
  listConnectionSyncsQueryKey,
  listIntegrationsQueryKey,
  listMailboxesOptions,
  listMailboxesQueryKey,
  listReconnectReceiptsOptions,
} from '@mailwarden/api-client/react-query';
import { type QueryClient, type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { pages } from '../../lib/pages.ts';
import type {
  Connection,
  Frequency,
  HistoryRange,
  Integration,
  MailboxCredentials,
  MailboxRenewal,
} from '../../lib/types.ts';

export { integrationsOptions } from '../../lib/integrations.ts';

type Settings = { sync_frequency: Frequency; history_range: HistoryRange };

/** All slots at once, for what a card says of one; Settings > Email pages through them. */
export const slotsOptions = () => ({ ...listMailboxesOptions({ query: { limit: 100 } }), staleTime: 10_000 });

export const attemptOptions = (attemptId: string) => getOauthAttemptOptions({ path: { attempt_id: attemptId } });

export const receiptsOptions = (connectionId: string) => ({
  ...listReconnectReceiptsOptions({ path: { connection_id: connectionId }, query: { limit: 1 } }),
  refetchInterval: (query: { state: { data?: { data: { status: string }[] } | undefined } }) =>
    query.state.data?.data.some((receipt) => receipt.status === 'pending') ? 3_000 : (false as const),
});

export function historyOptions(connectionId: string) {
  const path = { connection_id: connectionId };
  return pages(listConnectionHistoryQueryKey({ path }), (cursor, signal) =>
    listConnectionHistory({ path, query: { cursor }, signal }),
  );
}

export const previewOptions = (connectionId: string) => ({
  ...getDisconnectPreviewOptions({ path: { connection_id: connectionId } }),
  staleTime: 0,
});

/** Authorization happens at the provider: the whole page goes there and comes back. */
const leaveFor = ({ data }: { data: { authorize_url: string } }) => window.location.assign(data.authorize_url);

export function useConnect(provider: string) {
  return useMutation({
    mutationFn: (body: Settings) => startConnect({ path: { provider }, body }),
    meta: { inline: true },
    onSuccess: leaveFor,
  });
}

export function useReconnect(connectionId: string) {
  return useMutation({
    mutationFn: () => startReconnect({ path: { connection_id: connectionId }, body: {} }),
    meta: { inline: true },
    onSuccess: leaveFor,
  });
}

export function useDiscover() {
  return useMutation({
    mutationFn: (address: string) => discoverServers({ body: { address } }),
    meta: { inline: true },
  });
}

export function useTryMailbox() {
  return useMutation({ mutationFn: (body: MailboxCredentials) => testMailbox({ body }), meta: { inline: true } });
}

export function useConnectMailbox() {
  return useChange((body: MailboxCredentials) => connectByPassword({ body }));
}

/** New sign-in data for the mailbox that is there: nothing else changes. */
export function useRenewPassword(connectionId: string) {
  return useChange((body: MailboxRenewal) => renewPassword({ path: { connection_id: connectionId }, body }));
}

export function useSyncNow(connectionId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => startSync({ path: { connection_id: connectionId } }),
    meta: { inline: true },
    onSuccess: async ({ data }) => {
      patchConnection(client, connectionId, { active_sync_id: data.id });
      const path = { connection_id: connectionId };
      await client.invalidateQueries({ queryKey: listConnectionSyncsQueryKey({ path }) });
    },
  });
}

export function useTest(connectionId: string) {
  return useChange(() => testConnection({ path: { connection_id: connectionId } }));
}

export function useDisconnect(connectionId: string) {
  return useChange(() => disconnectConnection({ path: { connection_id: connectionId } }));
}

export function useSaveSettings(connection: Connection) {
  return useChange((body: Settings) =>
    updateConnection({
      path: { connection_id: connection.id },
      headers: { 'if-match': `"v${connection.settings_version}"` },
      body,
    }),
  );
}

/** A call after which accounts and mailboxes are read anew, also where it failed: it may have arrived all the same. */
export function useChange<Answer, Body = void>(call: (body: Body) => Promise<Answer>, alsoChanged?: QueryKey) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: call,
    meta: { inline: true },
    onSettled: async () => {
      if (alsoChanged) await client.invalidateQueries({ queryKey: alsoChanged });
      await refreshConnections(client);
    },
  });
}

async function refreshConnections(client: QueryClient): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: listIntegrationsQueryKey() }),
    client.invalidateQueries({ queryKey: listMailboxesQueryKey() }),
  ]);
}

function patchConnection(client: QueryClient, id: string, change: Partial<Connection>): void {
  client.setQueryData<{ data: Integration[] }>(
    listIntegrationsQueryKey(),
    (old) =>
      old && {
        data: old.data.map((integration) => ({
          ...integration,
          connections: integration.connections.map((c) => (c.id === id ? { ...c, ...change } : c)),
        })),
      },
  );
  void client.invalidateQueries({ queryKey: getConnectionQueryKey({ path: { connection_id: id } }) });
}

/** Tells those who may reconnect it: once an hour, however often it is asked. */
export function useAskReconnect(connection_id: string) {
  return useMutation({
    mutationFn: async () => (await askReconnect({ path: { connection_id } })).data,
    meta: { inline: true },
  });
}
