import { createFileRoute } from '@tanstack/react-router';
import { AuthPage } from '../features/auth/auth-page.tsx';

/** Normally answered by the light page; this serves a server that knows only index.html. */
export const Route = createFileRoute('/confirm-email')({ component: Page });

function Page() {
  return <AuthPage mode="confirm-email" />;
}
