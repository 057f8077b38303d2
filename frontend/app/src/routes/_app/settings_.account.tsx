import { createFileRoute, redirect } from '@tanstack/react-router';

/** Where a provider's page leads back to when an account there was to be joined. */
export const Route = createFileRoute('/_app/settings_/account')({
  beforeLoad: ({ search }) => {
    const { linked, error } = search as { linked?: string; error?: string };
    throw redirect({ to: '/settings', search: { tab: 'account', linked, error }, replace: true });
  },
});
