import { Button, Stack, Tabs } from '@mantine/core';
import { IconPackage } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { PageHeader } from '../../components/page-header.tsx';
import { LoadingBlocks } from '../../components/states.tsx';
import { Closed, useMayDiagnose } from '../../features/diagnostics/closed.tsx';
import { QuickTab } from '../../features/diagnostics/quick-tab.tsx';
import { type Filter, NO_FILTER, readDiagnosticsSearch, type Tab } from '../../features/diagnostics/search.ts';
import { useSession } from '../../lib/session.tsx';

const BundleDialog = lazy(() => import('../../features/diagnostics/bundle-dialog.tsx'));
const InstanceTab = lazy(() => import('../../features/diagnostics/instance-tab.tsx'));
const Log = lazy(() => import('../../features/diagnostics/logs.tsx'));
const SchedulerTab = lazy(() => import('../../features/diagnostics/scheduler-tab.tsx'));

export const Route = createFileRoute('/_app/diagnostics')({
  validateSearch: readDiagnosticsSearch,
  component: Diagnostics,
});

const LABELS: Record<Tab, string> = {
  quick: 'Quick diagnosis',
  connections: 'Connections',
  authorizations: 'Authorizations',
  refreshes: 'Refreshes',
  webhooks: 'Webhooks',
  scheduler: 'Scheduler',
  instance: 'Instance',
};

/** An operator need not be an owner here: then only the installation's own part is open. */
function useOpenTabs(): Tab[] {
  const may = useMayDiagnose();
  const { is_operator: operator } = useSession();
  const all = Object.keys(LABELS) as Tab[];
  return all.filter((tab) => (tab === 'instance' ? operator : may));
}

function Diagnostics() {
  const open = useOpenTabs();
  const may = useMayDiagnose();
  const [bundle, setBundle] = useState(false);
  const button = (
    <Button variant="default" leftSection={<IconPackage size={16} aria-hidden />} onClick={() => setBundle(true)}>
      Support bundle…
    </Button>
  );
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title="Diagnostics" actions={may && button}>
        What was asked, what came back, and whether the machinery runs.
      </PageHeader>
      {!may && <Closed />}
      {open.length > 0 && <DiagnosticsTabs open={open} onBundle={() => setBundle(true)} />}
      {bundle && (
        <Suspense fallback={null}>
          <BundleDialog onClose={() => setBundle(false)} />
        </Suspense>
      )}
    </Stack>
  );
}

function DiagnosticsTabs({ open, onBundle }: { open: Tab[]; onBundle: () => void }) {
  const { tab: asked, ...filter } = Route.useSearch();
  const navigate = Route.useNavigate();
  const tab = open.find((one) => one === asked) ?? open[0] ?? 'quick';
  const list = useSelectedInView(tab);
  const narrow = (change: Filter) =>
    void navigate({ search: (s) => ({ ...s, ...change }), replace: true, resetScroll: false });
  // the words of one log's outcomes mean nothing to another; provider and account go along
  const turn = (next: Tab) =>
    void navigate({ search: (s) => ({ ...s, result: undefined, tab: next === 'quick' ? undefined : next }) });
  return (
    <Tabs value={tab} onChange={(next) => turn(next as Tab)} keepMounted={false}>
      <Tabs.List ref={list} aria-label="Parts of the diagnostics" mb="lg" className="tabs">
        {open.map((one) => (
          <Tabs.Tab key={one} value={one} fw={500}>
            {LABELS[one]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={tab}>
        <Suspense fallback={<LoadingBlocks label={`Loading ${LABELS[tab]}`} heights={[60, 200]} />}>
          <Part tab={tab} filter={filter} onFilter={narrow} onBundle={onBundle} />
        </Suspense>
      </Tabs.Panel>
    </Tabs>
  );
}

/** On a phone the list is wider than the screen: the chosen tab must not hide beside it. */
function useSelectedInView(tab: Tab) {
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen tab is what moves the list
  useEffect(() => {
    const selected = list.current?.querySelector('[aria-selected=true]');
    selected?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [tab]);
  return list;
}

type PartProps = { tab: Tab; filter: Filter; onFilter: (change: Filter) => void; onBundle: () => void };

function Part({ tab, filter, onFilter, onBundle }: PartProps) {
  switch (tab) {
    case 'quick':
      return <QuickTab onBundle={onBundle} />;
    case 'scheduler':
      return <SchedulerTab />;
    case 'instance':
      return <InstanceTab />;
    default:
      return <Log key={tab} name={tab} filter={{ ...NO_FILTER, ...filter }} onFilter={onFilter} />;
  }
}
