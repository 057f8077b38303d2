import { Anchor, Group, Stack, Tabs } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { PageHeader } from '../../components/page-header.tsx';
import { SendingWarning } from '../../components/sending-warning.tsx';
import { LoadingBlocks } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { useTabInView } from '../../lib/tab-in-view.ts';
import type { Versioned } from './api.ts';
import { Controls } from './controls.tsx';
import type { Draft } from './draft.ts';
import { LeaveGuard } from './leave-guard.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import type { PageSearch, Tab } from './search.ts';
import { StateBadge } from './state-badge.tsx';

const Overview = lazy(() => import('./overview.tsx'));
const StepsTab = lazy(() => import('./steps-tab.tsx'));
const ScheduleTab = lazy(() => import('./schedule-tab.tsx'));
const RecipientsTab = lazy(() => import('./recipients-tab.tsx'));
const AccountsTab = lazy(() => import('./accounts-tab.tsx'));

const LABELS: Record<Tab, string> = {
  overview: 'Overview',
  steps: 'Steps',
  schedule: 'Schedule and options',
  recipients: 'Recipients',
  accounts: 'FROM and rotation',
};

type Props = { campaign: Versioned; search: PageSearch; onSearch: (change: PageSearch) => void };

export function CampaignPage({ campaign, search, onSearch }: Props) {
  const [draft, setDraft] = useState<Draft | null>(null); // kept here, so that a look at another part loses nothing
  const tab = search.tab ?? 'overview';
  const tabs = useTabInView(tab);
  const open = (next: Tab) => onSearch({ tab: next, q: undefined, state: undefined });
  return (
    <Stack gap="lg" maw={1200}>
      <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/outreach" />}>
        ← All outreach campaigns
      </Anchor>
      <PageHeader title={campaign.name} actions={<Controls campaign={campaign} unsaved={draft !== null} />}>
        <Group gap={6} mt={4}>
          <StateBadge state={campaign.state} />
          {campaign.rotation && <ToneBadge tone="gray">Rotation</ToneBadge>}
        </Group>
      </PageHeader>
      <ReadOnlyNote campaign={campaign} />
      <SendingWarning label={`the campaign “${campaign.name}”`} />
      <LeaveGuard dirty={draft !== null} />
      <Tabs value={tab} onChange={(next) => open(next as Tab)} keepMounted={false}>
        <Tabs.List aria-label="Parts of this campaign" mb="lg" className="tabs" ref={tabs}>
          {(Object.keys(LABELS) as Tab[]).map((one) => (
            <Tabs.Tab key={one} value={one} fw={500}>
              {LABELS[one]}
              {one === 'steps' && draft && ' (not saved)'}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <Suspense fallback={<LoadingBlocks label={`Loading ${LABELS[tab]}`} heights={[80, 160]} />}>
            {tab === 'overview' && <Overview campaign={campaign} onOpen={open} />}
            {tab === 'steps' && <StepsTab campaign={campaign} draft={draft} onDraft={setDraft} />}
            {tab === 'schedule' && <ScheduleTab campaign={campaign} />}
            {tab === 'recipients' && <RecipientsTab campaign={campaign} filter={search} onFilter={onSearch} />}
            {tab === 'accounts' && <AccountsTab campaign={campaign} />}
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
