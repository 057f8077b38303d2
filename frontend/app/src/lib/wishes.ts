import { askOwner } from '@mailwarden/api-client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemCode } from './problem.ts';
import { sessionOptions, useSession } from './session.tsx';
import type { Wish } from './types.ts';

/** What somebody's role keeps them from. `about`: the account or provider, as people read it. */
export type Wanted = { action: Wish; about?: string; account?: { id: string; provider: string }; provider?: string };

/** Where it is done: an address of ours, in the router's two parts. */
export type Place = { to: string; search: Record<string, string> };

type Meaning = { permission: string; words: string; button: string; place: Place };

const settings = (tab: string): Place => ({ to: '/settings', search: { tab } });
const developers = (tab: string): Place => ({ to: '/developers', search: { tab } });
const page = (to: string): Place => ({ to, search: {} });

/** The same permissions as the server asks for, so that the way to ask stands only where the role is what is missing. */
const MEANING: Record<Wish, Meaning> = {
  connect: {
    permission: 'connections:write',
    words: 'connect {about}',
    button: 'Go and connect it',
    place: page('/integrations'),
  },
  disconnect: {
    permission: 'connections:write',
    words: 'disconnect {about}',
    button: 'Open the account',
    place: page('/integrations'),
  },
  change_connection: {
    permission: 'connections:write',
    words: 'change the settings of {about}',
    button: 'Open its settings',
    place: { to: '/integrations', search: { tab: 'settings' } },
  },
  sync: {
    permission: 'syncs:write',
    words: 'sync {about} now',
    button: 'Open the account',
    place: page('/integrations'),
  },
  manage_members: {
    permission: 'members:write',
    words: 'invite or change members',
    button: 'Open members',
    place: settings('organization'),
  },
  change_organization: {
    permission: 'organization:write',
    words: 'change the organization’s settings',
    button: 'Open the organization’s settings',
    place: settings('organization'),
  },
  manage_api_keys: {
    permission: 'api_keys:write',
    words: 'look after API keys',
    button: 'Open API keys',
    place: developers('keys'),
  },
  manage_webhooks: {
    permission: 'webhooks:write',
    words: 'look after webhook endpoints',
    button: 'Open webhooks',
    place: developers('webhooks'),
  },
  look_at_diagnostics: {
    permission: 'diagnostics:read',
    words: 'look at the diagnostics',
    button: 'Open diagnostics',
    place: page('/diagnostics'),
  },
  look_at_audit_log: {
    permission: 'audit:read',
    words: 'look at the audit log',
    button: 'Open the audit log',
    place: page('/audit-log'),
  },
  manage_billing: {
    permission: 'billing:write',
    words: 'look after plan and payment',
    button: 'Open billing',
    place: page('/settings/billing'),
  },
  manage_alerts: {
    permission: 'alerts:write',
    words: 'change what is alerted and how',
    button: 'Open the alert settings',
    place: settings('alerts'),
  },
  manage_domains: {
    permission: 'domains:write',
    words: 'look after domains and blocklists',
    button: 'Open domains',
    place: page('/deliverability/domains'),
  },
};

export const wishWords = ({ action, about = 'an account' }: Wanted) => MEANING[action].words.replace('{about}', about);

export function wishPlace({ action, account, provider }: Wanted): Place {
  const { place } = MEANING[action];
  if (account) return { to: `/integrations/${account.provider}`, search: { account: account.id, ...place.search } };
  return provider ? { to: `/integrations/${provider}`, search: {} } : place;
}

export const isWish = (action: unknown): action is Wish => typeof action === 'string' && Object.hasOwn(MEANING, action);
export const wishButton = (action: Wish) => MEANING[action].button;

/** Whether there is anything to ask for, and somebody who may ask: an address to be confirmed first is no role. */
export function useMayAsk(wish: Wanted): boolean {
  const { permissions } = useSession();
  return permissions.includes('connections:ask') && !permissions.includes(MEANING[wish.action].permission);
}

/** Tells those who may, once a day. Whoever may do it by now sees their own button instead. */
export function useAsk({ action, account, provider }: Wanted) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const body = { action, connection_id: account?.id ?? null, provider: provider ?? null };
      return (await askOwner({ body })).data;
    },
    meta: { inline: true },
    onError: (error) => {
      if (problemCode(error) === 'nothing_to_ask') void client.invalidateQueries(sessionOptions());
    },
  });
}
