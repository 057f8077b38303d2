import { listIntegrationsOptions } from '@mailwarden/api-client/react-query';
import type { Connection, Integration } from './types.ts';

const unsettled = (connection: Connection) =>
  ['connecting', 'verifying'].includes(connection.status) || connection.active_sync_id !== null;

/** What most pages begin to load at once. Followed closely while something is on the move, calmly otherwise. */
export const integrationsOptions = () => ({
  ...listIntegrationsOptions(),
  refetchInterval: (query: { state: { data?: { data: Integration[] } | undefined } }) =>
    query.state.data?.data.some((i) => i.connections.some(unsettled)) ? 4_000 : 20_000,
});
