import { useQuery } from '@tanstack/react-query';
import { type Rights, useReason } from '../../components/managed.tsx';
import { isMailbox } from '../../lib/kinds.ts';
import { useMayManage, useMayOwn } from '../../lib/session.tsx';
import { useBlocked } from '../../lib/standing.ts';
import type { Connection, Integration, Mailbox } from '../../lib/types.ts';
import { integrationsOptions, slotsOptions } from './api.ts';

export function useIntegration(provider: string): Integration | undefined {
  return useQuery(integrationsOptions()).data?.data.find((one) => one.provider === provider);
}

/** The numbered place a sending account stands in. */
export function useSlot(connectionId: string, wanted = true): Mailbox | undefined {
  const slots = useQuery({ ...slotsOptions(), enabled: wanted });
  return slots.data?.data.find((slot) => slot.connection?.id === connectionId);
}

/** Members connect mailboxes; the organization's connections take an owner or a manager. */
export function useConnectRights(integration: Integration): Rights {
  const manager = useMayManage();
  const owner = useMayOwn();
  const reason = useReason();
  return useWhilePaid({ may: manager || (owner && isMailbox(integration)), reason });
}

/** The same for an account that exists: a mailbox is its person's, and the server says whose it is. */
export function useRights(connection: Connection): Rights {
  const manager = useMayManage();
  const owner = useMayOwn();
  const reason = useReason();
  const integration = useIntegration(connection.provider);
  const personal = integration !== undefined && isMailbox(integration);
  const slot = useSlot(connection.id, personal && !manager);
  const renew = slot?.actions.find((action) => action.code === 'reconnect');
  return { may: manager || (owner && personal && (renew?.allowed ?? true)), reason: renew?.reason ?? reason };
}

/** For what works only while somebody pays: connecting, reconnecting, syncing, testing. */
function useWhilePaid(rights: Rights): Rights {
  const blocked = useBlocked();
  return blocked && rights.may ? { may: false, reason: blocked } : rights;
}

export const useWorkRights = (connection: Connection): Rights => useWhilePaid(useRights(connection));
