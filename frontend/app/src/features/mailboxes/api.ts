import { listMailboxes, reserveMailbox, updateMailbox } from '@mailwarden/api-client';
import { getMailboxOptions, getMailboxQueryKey, listMailboxesQueryKey } from '@mailwarden/api-client/react-query';
import { useMutation } from '@tanstack/react-query';
import { pages } from '../../lib/pages.ts';
import type { Mailbox, MailboxUpdate } from '../../lib/types.ts';
import { useChange } from '../connections/api.ts';

export const mailboxesOptions = () => ({
  ...pages(listMailboxesQueryKey(), (cursor, signal) => listMailboxes({ query: { cursor }, signal })),
  refetchInterval: 20_000,
});

export const mailboxOptions = (mailboxId: string) => ({
  ...getMailboxOptions({ path: { mailbox_id: mailboxId } }),
  staleTime: 0,
  gcTime: 0, // a form begins with what is stored now
});

export function useReserve(mailboxId: string) {
  return useMutation({
    mutationFn: () => reserveMailbox({ path: { mailbox_id: mailboxId } }),
    meta: { inline: true },
  });
}

export function useSaveMailbox(mailbox: Mailbox) {
  const path = { mailbox_id: mailbox.id };
  const headers = { 'if-match': `"v${mailbox.settings_version}"` };
  return useChange((body: MailboxUpdate) => updateMailbox({ path, headers, body }), getMailboxQueryKey({ path }));
}
