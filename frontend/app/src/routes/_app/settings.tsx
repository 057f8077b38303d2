import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { AccountCard, AppearanceCard } from '../../features/settings/account-card.tsx';
import { IntegrationsCard } from '../../features/settings/integrations-card.tsx';
import { OrganizationCard } from '../../features/settings/organization-card.tsx';
import { SettingsFrame } from '../../features/settings/settings-frame.tsx';
import { type SettingsTab, TABS } from '../../features/settings/tabs.ts';
import { integrationsOptions } from '../../lib/integrations.ts';
import { useSession } from '../../lib/session.tsx';

/** `linked`, `error`: how joining an account elsewhere ended. */
type Search = { tab?: SettingsTab | undefined; linked?: string | undefined; error?: string | undefined };

const AlertSettings = lazy(() => import('../../features/alert-settings/alert-settings.tsx'));
const MailboxList = lazy(() => import('../../features/mailboxes/mailbox-list.tsx'));
const AccountSettings = lazy(() => import('../../features/account/account-settings.tsx'));
const People = lazy(() => import('../../features/organization/people.tsx'));
const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

export const Route = createFileRoute('/_app/settings')({
  validateSearch: (raw: Record<string, unknown>): Search => ({
    tab: TABS.find((tab) => tab === raw['tab']),
    linked: text(raw['linked']),
    error: text(raw['error']),
  }),
  component: Settings,
});

function Settings() {
  const { tab = 'account' } = Route.useSearch();
  return (
    <SettingsFrame tab={tab}>
      {tab === 'account' && <Account />}
      {tab === 'email' && (
        <Suspense fallback={<LoadingBlocks label="Loading mailboxes" heights={[110, 110]} />}>
          <MailboxList />
        </Suspense>
      )}
      {tab === 'organization' && <Organization />}
      {tab === 'integrations' && <Integrations />}
      {tab === 'alerts' && (
        <Suspense fallback={<LoadingBlocks label="Loading alert settings" heights={[90, 420]} />}>
          <AlertSettings />
        </Suspense>
      )}
    </SettingsFrame>
  );
}

function Account() {
  const { linked, error } = Route.useSearch();
  return (
    <Stack>
      <AccountCard />
      <Suspense fallback={<LoadingBlocks label="Loading account" heights={[160, 140, 160]} />}>
        <AccountSettings landing={{ linked, error }} />
      </Suspense>
      <AppearanceCard />
    </Stack>
  );
}

function Organization() {
  const { organization } = useSession();
  return (
    <Stack>
      <OrganizationCard key={organization.version} />
      <Suspense fallback={<LoadingBlocks label="Loading members" heights={[160, 160]} />}>
        <People />
      </Suspense>
    </Stack>
  );
}

function Integrations() {
  const integrations = useQuery(integrationsOptions());
  if (integrations.isPending) return <LoadingBlocks label="Loading integrations" heights={[160]} />;
  if (!integrations.data) return <ErrorState error={integrations.error} onRetry={() => void integrations.refetch()} />;
  return <IntegrationsCard integrations={integrations.data.data} />;
}
