import type { Connection } from '../../lib/types.ts';

/** What a person recognises the account by. */
export const accountName = (connection: Connection) => connection.account_label || `Account ${connection.external_id}`;

/** For asking those who may do something with it. */
export const wishFor = (connection: Connection) => ({
  about: accountName(connection),
  account: { id: connection.id, provider: connection.provider },
});

const URGENCY: Record<Connection['status'], number> = {
  inactive: 0,
  verifying: 1,
  connecting: 2,
  connected: 3,
  disconnected: 4,
};

/** The chosen account, or the one that most needs a look. */
export function pickAccount(connections: Connection[], chosen: string | undefined): Connection | undefined {
  const byUrgency = connections.toSorted((a, b) => URGENCY[a.status] - URGENCY[b.status]);
  return connections.find((c) => c.id === chosen) ?? byUrgency[0];
}

export const needsAttention = (connection: Connection) =>
  connection.status === 'inactive' ||
  connection.status === 'verifying' ||
  (connection.status === 'connected' && connection.missing_scopes.length > 0);
