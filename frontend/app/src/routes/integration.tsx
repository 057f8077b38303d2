import { createFileRoute, redirect } from '@tanstack/react-router';

/** The address that older guides name (B2). */
export const Route = createFileRoute('/integration')({
  beforeLoad: () => {
    throw redirect({ to: '/integrations' });
  },
});
