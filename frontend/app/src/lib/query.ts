import { isProblem } from '@mailwarden/api-client';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { leadToConfirmation } from './confirmation.ts';
import { leaveForSignIn } from './http.ts';
import { notifyError } from './notify.ts';
import { problemCode } from './problem.ts';
import { standingOptions } from './standing.ts';

const signedOut = (error: unknown) => isProblem(error) && error.status === 401;

export function makeQueryClient(): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => signedOut(error) && leaveForSignIn() }),
    // one place turns any failed action into a toast; `meta.inline` says that the view shows it itself
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        if (signedOut(error)) leaveForSignIn();
        else if (!mutation.meta?.['inline']) notifyError(error);
        if (problemCode(error) === 'email_unverified') leadToConfirmation();
        // the plan may have ended a moment ago: then every page says so at once
        if (problemCode(error) === 'subscription_inactive') void client.invalidateQueries(standingOptions());
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && !(isProblem(error) && error.status < 500),
      },
    },
  });
  return client;
}
