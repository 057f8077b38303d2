import { createFileRoute } from '@tanstack/react-router';
import { AuthPage } from '../features/auth/auth-page.tsx';

/** Normally answered by the light page; this serves a server that knows only index.html. */
export const Route = createFileRoute('/reset-password')({ component: Page });

function Page() {
  return <AuthPage mode="reset-password" />;
}
