import { getSendingUsabilityOptions } from '@mailwarden/api-client/react-query';

/** May anything be sent or tracked now, and by which mailboxes: the one answer for pages, gate and extension. */
export const sendingOptions = () => ({ ...getSendingUsabilityOptions(), refetchInterval: 20_000 });
