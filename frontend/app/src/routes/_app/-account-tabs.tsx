import { Tabs } from '@mantine/core';
import { useState } from 'react';
import { HistoryTab } from '../../features/connections/history-tab.tsx';
import { OverviewTab } from '../../features/connections/overview-tab.tsx';
import type { IntegrationSearch, Tab } from '../../features/connections/search.ts';
import { SettingsTab } from '../../features/connections/settings-tab.tsx';
import type { Range } from '../../features/dashboard/api.ts';
import { SummarySection } from '../../features/dashboard/summary-section.tsx';
import { SyncHistoryTab } from '../../features/syncs/sync-history-tab.tsx';
import type { Connection } from '../../lib/types.ts';

type Props = {
  connection: Connection;
  providerLabel: string;
  search: IntegrationSearch;
  onSearch: (change: IntegrationSearch) => void;
};

const LABELS: Record<Tab, string> = {
  overview: 'Overview',
  syncs: 'Sync History',
  settings: 'Settings',
  history: 'History',
};

export function AccountTabs({ connection, providerLabel, search, onSearch }: Props) {
  const tab = search.tab ?? 'overview';
  return (
    <Tabs
      value={tab}
      onChange={(next) => onSearch({ tab: next === 'overview' ? undefined : (next as Tab) })}
      keepMounted={false}
    >
      <Tabs.List aria-label="Parts of this account" mb="lg" className="tabs">
        {Object.entries(LABELS).map(([value, label]) => (
          <Tabs.Tab key={value} value={value} fw={500}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="overview">
        <OverviewTab connection={connection} providerLabel={providerLabel}>
          <AccountFigures connectionId={connection.id} />
        </OverviewTab>
      </Tabs.Panel>
      <Tabs.Panel value="syncs">
        <SyncHistoryTab connectionId={connection.id} open={search.sync} onOpen={(sync) => onSearch({ sync })} />
      </Tabs.Panel>
      <Tabs.Panel value="settings">
        <SettingsTab connection={connection} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <HistoryTab connection={connection} providerLabel={providerLabel} />
      </Tabs.Panel>
    </Tabs>
  );
}

function AccountFigures({ connectionId }: { connectionId: string }) {
  const [range, setRange] = useState<Range>('30');
  return <SummarySection range={range} onRange={setRange} connectionId={connectionId} />;
}
