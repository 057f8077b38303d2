import { getStandingOptions } from '@mailwarden/api-client/react-query';
import { useQuery } from '@tanstack/react-query';

/** May the organization work at all? Every page asks, since what is refused is refused everywhere. */
export const standingOptions = () => ({ ...getStandingOptions(), refetchInterval: 60_000 });

export const useStanding = () => useQuery(standingOptions()).data;

/** Somebody pays for this instance's organizations: without that there is nothing of billing to see. */
export const useIsPaid = () => useStanding()?.mode === 'paid';

/** Why nothing can be sent, tracked, connected, synced or tested: nobody pays. Null while all of it works. */
export function useBlocked(): string | null {
  const standing = useStanding();
  return standing && !standing.may_work ? standing.detail : null;
}
