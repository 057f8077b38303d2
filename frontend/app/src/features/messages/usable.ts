import { useQuery } from '@tanstack/react-query';
import { usabilityOptions } from './api.ts';

export const useUsability = () => useQuery(usabilityOptions()).data;

export function useSendingMailbox(id: string | null) {
  return useUsability()?.mailboxes.find((one) => one.mailbox_id === id);
}
