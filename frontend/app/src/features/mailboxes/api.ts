import { listMailboxes, reserveMailbox, testConnection, updateMailbox } from '@mailwarden/api-client';
import { getMailboxOptions, getMailboxQueryKey, listMailboxesQueryKey } from '@mailwarden/api-client/react-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { pages } from '../../lib/pages.ts';
import type { Mailbox, MailboxUpdate } from '../../lib/types.ts';
import { refreshConnections } from '../connections/api.ts';

export const mailboxesOptions = () => ({
  ...pages(listMailboxesQueryKey(), (cursor, signal) => listMailboxes({ query: { cursor }, signal })),
  refetchInterval: 20_000,
});

export const mailboxOptions = (mailboxId: string) => ({
  ...getMailboxOptions({ path: { mailbox_id: mailboxId } }),
  staleTime: 0,
  gcTime: 0, // a form begins with what is stored now
});

export function useTestMailbox(connectionId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => testConnection({ path: { connection_id: connectionId } }),
    meta: { inline: true },
    onSettled: () => refreshConnections(client),
  });
}

export function useReserve(mailboxId: string) {
  return useMutation({
    mutationFn: () => reserveMailbox({ path: { mailbox_id: mailboxId } }),
    meta: { inline: true },
  });
}

export function useSaveMailbox(mailbox: Mailbox) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: MailboxUpdate) =>
      updateMailbox({
        path: { mailbox_id: mailbox.id },
        headers: { 'if-match': `"v${mailbox.settings_version}"` },
        body,
      }),
    meta: { inline: true },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: getMailboxQueryKey({ path: { mailbox_id: mailbox.id } }) });
      await refreshConnections(client);
    },
  });
}
