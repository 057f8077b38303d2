import { getMe } from '@mailwarden/api-client';
import { getMeQueryKey } from '@mailwarden/api-client/react-query';
import { queryOptions } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { rememberCsrf } from './http.ts';
import type { Session } from './types.ts';

export const sessionOptions = () =>
  queryOptions({
    queryKey: getMeQueryKey(),
    queryFn: async ({ signal }) => {
      const { data } = await getMe({ signal });
      rememberCsrf(data.csrf_token);
      return data;
    },
    staleTime: 5 * 60_000,
  });

const SessionContext = createContext<Session | null>(null);

export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside the signed-in shell');
  return session;
}

/** Every time on screen is the organization's, and says so. */
export function useTimeZone(): string {
  return useSession().organization.time_zone;
}

export function useMay(permission: string): boolean {
  return useSession().permissions.includes(permission);
}

/** Members see everything; changing organization connections takes an owner or a manager. */
export function useMayManage(): boolean {
  return useMay('connections:write');
}

/** Members may keep mailboxes of their own. */
export function useMayOwn(): boolean {
  return useMay('mailboxes:own');
}
