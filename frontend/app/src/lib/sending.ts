import { getSendingUsabilityOptions } from '@mailwarden/api-client/react-query';
import { useQuery } from '@tanstack/react-query';

/**
 * May anything be sent or tracked now, and by which mailboxes: the one answer for pages, gate and extension. Asked anew
 * wherever sending starts, and by the server at every send.
 */
export const usabilityOptions = () => ({
  ...getSendingUsabilityOptions(),
  staleTime: 5_000,
  refetchInterval: 15_000,
});

export const useUsability = () => useQuery(usabilityOptions()).data;

export function useSendingMailbox(id: string | null) {
  return useUsability()?.mailboxes.find((one) => one.mailbox_id === id);
}
