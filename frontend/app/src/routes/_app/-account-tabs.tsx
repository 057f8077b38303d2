import { Tabs } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { LoadingBlocks } from '../../components/states.tsx';
import { OverviewTab } from '../../features/connections/overview-tab.tsx';
import type { IntegrationSearch, Tab } from '../../features/connections/search.ts';
import { listsCampaigns, takesSlot } from '../../lib/kinds.ts';
import type { Connection, Integration } from '../../lib/types.ts';

const PausedReminder = lazy(() => import('../../features/outreach/paused-reminder.tsx'));
const AccountFigures = lazy(() => import('../../features/dashboard/account-figures.tsx'));
const HistoryTab = lazy(async () => ({
  default: (await import('../../features/connections/history-tab.tsx')).HistoryTab,
}));
const SettingsTab = lazy(async () => ({
  default: (await import('../../features/connections/settings-tab.tsx')).SettingsTab,
}));
const SyncHistoryTab = lazy(async () => ({
  default: (await import('../../features/syncs/sync-history-tab.tsx')).SyncHistoryTab,
}));

type Props = {
  integration: Integration;
  connection: Connection;
  search: IntegrationSearch;
  onSearch: (change: IntegrationSearch) => void;
};

const LABELS: Record<Tab, string> = {
  overview: 'Overview',
  syncs: 'Sync History',
  settings: 'Settings',
  history: 'History',
};

const WITHOUT_SYNCS: Tab[] = ['overview', 'history'];

/** A provider that lists no campaigns has nothing to sync, so neither a log of it nor settings for it. */
export function AccountTabs({ integration, connection, search, onSearch }: Props) {
  const syncs = listsCampaigns(integration);
  const shown = Object.entries(LABELS).filter(([value]) => syncs || WITHOUT_SYNCS.includes(value as Tab));
  const tab = shown.some(([value]) => value === search.tab) ? search.tab : 'overview';
  const providerLabel = integration.label;
  return (
    <Tabs
      value={tab ?? 'overview'}
      onChange={(next) => onSearch({ tab: next === 'overview' ? undefined : (next as Tab) })}
      keepMounted={false}
    >
      <Tabs.List aria-label="Parts of this account" mb="lg" className="tabs">
        {shown.map(([value, label]) => (
          <Tabs.Tab key={value} value={value} fw={500}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="overview">
        <OverviewTab integration={integration} connection={connection}>
          {takesSlot(integration) && (
            <Suspense fallback={null}>
              <PausedReminder connection={connection} />
            </Suspense>
          )}
          {syncs && (
            <Suspense fallback={<LoadingBlocks label="Loading figures" heights={[36, 96]} />}>
              <AccountFigures
                connectionId={connection.id}
                provider={connection.provider}
                providerLabel={providerLabel}
              />
            </Suspense>
          )}
        </OverviewTab>
      </Tabs.Panel>
      <Suspense fallback={<LoadingBlocks label="Loading" heights={[240]} />}>
        <Tabs.Panel value="syncs">
          <SyncHistoryTab connectionId={connection.id} open={search.sync} onOpen={(sync) => onSearch({ sync })} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <SettingsTab connection={connection} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryTab connection={connection} providerLabel={providerLabel} />
        </Tabs.Panel>
      </Suspense>
    </Tabs>
  );
}
