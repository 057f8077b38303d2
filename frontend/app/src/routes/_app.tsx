import { AppShell } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ErrorState } from '../components/states.tsx';
import { unreadOptions } from '../features/alerts/api.ts';
import { statusOptions } from '../features/shell/api.ts';
import { Banners } from '../features/shell/banners.tsx';
import { BillingNotice } from '../features/shell/billing-notice.tsx';
import { Header } from '../features/shell/header.tsx';
import { Nav } from '../features/shell/nav.tsx';
import { SessionProvider, sessionOptions } from '../lib/session.tsx';
import { standingOptions } from '../lib/standing.ts';
import type { Session } from '../lib/types.ts';

const VerifyBanner = lazy(() => import('../features/account/verify-banner.tsx'));
const CommandPalette = lazy(() => import('../features/shell/command-palette.tsx'));

export const Route = createFileRoute('/_app')({
  loader: ({ context: { queryClient } }) => {
    void queryClient.prefetchQuery(sessionOptions());
    void queryClient.prefetchQuery(unreadOptions());
    void queryClient.prefetchQuery(statusOptions());
    void queryClient.prefetchQuery(standingOptions());
  },
  component: SignedIn,
  codeSplitGroupings: [], // the shell is needed at once: a chunk of its own would only add a request
});

/** Pages load their data beside the session, not after it; none of them renders without one. */
function SignedIn() {
  const session = useQuery(sessionOptions());
  if (session.data) return <Shell session={session.data} />;
  if (session.error) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
  return (
    <div className="boot" role="status" aria-label="Loading">
      <i className="n" />
      <i className="h" />
      <i />
    </div>
  );
}

function Shell({ session }: { session: Session }) {
  const [opened, { toggle, close }] = useDisclosure();
  const [palette, setPalette] = useState(false);
  const unread = useQuery(unreadOptions());
  useHotkeys([['mod+K', () => setPalette(true)]]);
  return (
    <SessionProvider value={session}>
      <AppShell
        layout="alt"
        header={{ height: 52 }}
        navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
        padding={{ base: 'md', sm: 'xl' }}
      >
        <a href="#main" className="skip-link">
          Skip to content
        </a>
        <Header opened={opened} onToggle={toggle} onSearch={() => setPalette(true)} />
        <Nav unread={unread.data?.unread ?? 0} onNavigate={close} />
        <AppShell.Main id="main" tabIndex={-1} style={{ outline: 'none' }}>
          {!session.user.email_verified && (
            <Suspense fallback={<div className="verify-banner" />}>
              <VerifyBanner />
            </Suspense>
          )}
          <BillingNotice />
          <Banners />
          <Outlet />
        </AppShell.Main>
        {palette && (
          <Suspense fallback={null}>
            <CommandPalette onClose={() => setPalette(false)} />
          </Suspense>
        )}
      </AppShell>
    </SessionProvider>
  );
}
