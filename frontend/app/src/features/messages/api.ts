import {
  addMessageFile,
  addSuppression,
  cancelMessage,
  createMessage,
  deleteMessage,
  getMessage,
  listMessages,
  listSuppressions,
  removeMessageFile,
  removeSuppression,
  resolveMessage,
  sendMessage,
  updateMessage,
} from '@mailwarden/api-client';
import {
  getActivityOptions,
  getMailboxOptions,
  getMessageQueryKey,
  listMessagesQueryKey,
  listSuppressionsQueryKey,
} from '@mailwarden/api-client/react-query';
import { keepPreviousData, type QueryClient, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useChange } from '../../lib/change.ts';
import { pages } from '../../lib/pages.ts';
import { usabilityOptions } from '../../lib/sending.ts';
import type { MessageDetail, MessageUpdate, SuppressionDraft } from '../../lib/types.ts';
import type { ListSearch, SuppressionSearch } from './search.ts';

/** `etag`: of the state that was read; a change of something older is refused. */
export type Versioned = MessageDetail & { etag: string };

const path = (message_id: string) => ({ message_id });
const versioned = ({ data, response }: { data: MessageDetail; response?: Response }): Versioned => ({
  ...data,
  etag: response?.headers.get('ETag') ?? '',
});

export function messagesOptions({ q, state, mailbox, whose }: ListSearch) {
  const query = { q, state, mailbox_id: mailbox, whose };
  return {
    ...pages(listMessagesQueryKey({ query }), (cursor, signal) =>
      listMessages({ query: { ...query, cursor, limit: 50 }, signal }),
    ),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  };
}

export const messageOptions = (id: string) =>
  queryOptions({
    queryKey: [...getMessageQueryKey({ path: path(id) }), 'versioned'],
    queryFn: async ({ signal }) => versioned(await getMessage({ path: path(id), signal })),
  });

/** Followed closely while something is on the move. */
export const followedOptions = (id: string) => ({
  ...messageOptions(id),
  refetchInterval: (query: { state: { data?: Versioned | undefined } }) =>
    ['queued', 'sending', 'unknown'].includes(query.state.data?.state ?? '') ? 4_000 : 30_000,
});

export const activityOptions = (id: string) => ({
  ...getActivityOptions({ path: path(id) }),
  refetchInterval: 30_000,
});

export const mailboxOptions = (mailbox_id: string) => ({
  ...getMailboxOptions({ path: { mailbox_id } }),
  staleTime: 60_000,
});

/** What a draft is kept with. The answer to each is the draft as the server holds it then. */
export const store = {
  read: async (id: string) => versioned(await getMessage({ path: path(id) })),
  create: async (body: MessageUpdate, key: string) =>
    versioned(await createMessage({ body, headers: { 'Idempotency-Key': key } })),
  change: async (id: string, etag: string, body: MessageUpdate) =>
    versioned(await updateMessage({ path: path(id), headers: { 'if-match': etag }, body })),
  attach: async (id: string, name: string, content: string) => {
    await addMessageFile({ path: path(id), body: { name, content } });
    return store.read(id);
  },
  detach: async (id: string, file_id: string) => {
    await removeMessageFile({ path: { ...path(id), file_id } });
    return store.read(id);
  },
};

export type Store = typeof store;

export async function remember(client: QueryClient, message: Versioned): Promise<void> {
  client.setQueryData(messageOptions(message.id).queryKey, message);
  await client.invalidateQueries({ queryKey: listMessagesQueryKey() });
}

/** Something that answers with the message as it is then; where it is refused, what it is now is read anew. */
function useMessageCall<Body>(id: string, call: (body: Body) => Promise<{ data: MessageDetail; response?: Response }>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: Body) => versioned(await call(body)),
    meta: { inline: true },
    onSuccess: (message) => remember(client, message),
    onError: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: messageOptions(id).queryKey }),
        client.invalidateQueries({ queryKey: usabilityOptions().queryKey }),
      ]),
  });
}

export type SendOrder = { key: string; send_at?: string | null };

export const useSend = (id: string) =>
  useMessageCall(id, ({ key, send_at = null }: SendOrder) =>
    sendMessage({ path: path(id), body: { send_at }, headers: { 'Idempotency-Key': key } }),
  );

/** For a draft that gets its id only when it is stored. */
export const sendNow = async (id: string, { key, send_at = null }: SendOrder) =>
  versioned(await sendMessage({ path: path(id), body: { send_at }, headers: { 'Idempotency-Key': key } }));

export const useCancel = (id: string) => useMessageCall(id, (_: undefined) => cancelMessage({ path: path(id) }));

export const useResolve = (id: string) =>
  useMessageCall(id, (outcome: 'sent' | 'send_again') => resolveMessage({ path: path(id), body: { outcome } }));

export function useDelete(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => deleteMessage({ path: path(id) }),
    meta: { inline: true },
    onSuccess: () => {
      client.removeQueries({ queryKey: messageOptions(id).queryKey });
      return client.invalidateQueries({ queryKey: listMessagesQueryKey() });
    },
  });
}

export function suppressionsOptions({ q, reason }: SuppressionSearch) {
  const query = { q, reason };
  return {
    ...pages(listSuppressionsQueryKey({ query }), (cursor, signal) =>
      listSuppressions({ query: { ...query, cursor, limit: 50 }, signal }),
    ),
    placeholderData: keepPreviousData,
  };
}

export const useAddSuppression = () =>
  useChange(
    async (body: SuppressionDraft) => (await addSuppression({ body })).data,
    () => [listSuppressionsQueryKey()],
  );

export const useRemoveSuppression = () =>
  useChange(
    (suppression_id: string) => removeSuppression({ path: { suppression_id } }),
    () => [listSuppressionsQueryKey()],
  );
