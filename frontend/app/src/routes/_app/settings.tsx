import { Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { PageHeader } from '../../components/page-header.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { MailboxList } from '../../features/mailboxes/mailbox-list.tsx';
import { AccountCard, AppearanceCard } from '../../features/settings/account-card.tsx';
import { IntegrationsCard } from '../../features/settings/integrations-card.tsx';
import { OrganizationCard } from '../../features/settings/organization-card.tsx';
import { integrationsOptions } from '../../lib/integrations.ts';
import { useSession } from '../../lib/session.tsx';

const TABS = ['account', 'email', 'organization', 'integrations'] as const;
type Tab = (typeof TABS)[number];
/** `linked`, `error`: how joining an account elsewhere ended. */
type Search = { tab?: Tab | undefined; linked?: string | undefined; error?: string | undefined };

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
  const { tab = 'account', linked, error } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { organization } = useSession();
  return (
    <Stack gap="lg" maw={1000}>
      <PageHeader title="Settings" />
      <Tabs value={tab} onChange={(next) => void navigate({ search: { tab: next as Tab } })} keepMounted={false}>
        <Tabs.List aria-label="Settings" mb="lg" className="tabs">
          <Tabs.Tab value="account">Account</Tabs.Tab>
          <Tabs.Tab value="email">Email</Tabs.Tab>
          <Tabs.Tab value="organization">Organization</Tabs.Tab>
          <Tabs.Tab value="integrations">Integrations</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="account">
          <Stack>
            <AccountCard />
            <Suspense fallback={<LoadingBlocks label="Loading account" heights={[160, 140, 160]} />}>
              <AccountSettings landing={{ linked, error }} />
            </Suspense>
            <AppearanceCard />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="email">
          <MailboxList />
        </Tabs.Panel>
        <Tabs.Panel value="organization">
          <Stack>
            <OrganizationCard key={organization.version} />
            <Suspense fallback={<LoadingBlocks label="Loading members" heights={[160, 160]} />}>
              <People />
            </Suspense>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="integrations">
          <Integrations />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Integrations() {
  const integrations = useQuery(integrationsOptions());
  if (integrations.isPending) return <LoadingBlocks label="Loading integrations" heights={[160]} />;
  if (!integrations.data) return <ErrorState error={integrations.error} onRetry={() => void integrations.refetch()} />;
  return <IntegrationsCard integrations={integrations.data.data} />;
}
