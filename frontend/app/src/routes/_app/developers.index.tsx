import { Stack, Tabs } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { PageHeader } from '../../components/page-header.tsx';
import { LoadingBlocks } from '../../components/states.tsx';
import { type EventFilter, readDevelopersSearch, type Tab } from '../../features/developers/search.ts';
import { useMay } from '../../lib/session.tsx';

const KeysTab = lazy(() => import('../../features/developers/keys-tab.tsx'));
const WebhooksTab = lazy(() => import('../../features/developers/webhooks-tab.tsx'));
const EventsTab = lazy(() => import('../../features/developers/events-tab.tsx'));
const DevicesTab = lazy(() => import('../../features/developers/devices-tab.tsx'));

export const Route = createFileRoute('/_app/developers/')({
  validateSearch: readDevelopersSearch,
  component: Developers,
});

const LABELS: Record<Tab, string> = {
  keys: 'API keys',
  webhooks: 'Webhooks',
  events: 'Events',
  devices: 'Devices',
};

function Developers() {
  const { tab: asked, ...filter } = Route.useSearch();
  const navigate = Route.useNavigate();
  const keeps = useMay('api_keys:write');
  const tab = asked ?? (keeps ? 'keys' : 'devices');
  const narrow = (change: EventFilter) =>
    void navigate({ search: (s) => ({ ...s, ...change }), replace: true, resetScroll: false });
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title="Developers">Programs of your own: what they may do, and what they are told.</PageHeader>
      <Tabs value={tab} onChange={(next) => void navigate({ search: { tab: next as Tab } })} keepMounted={false}>
        <Tabs.List aria-label="Developers" mb="lg" className="tabs">
          {(Object.keys(LABELS) as Tab[]).map((one) => (
            <Tabs.Tab key={one} value={one}>
              {LABELS[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <Suspense fallback={<LoadingBlocks label={`Loading ${LABELS[tab]}`} heights={[60, 200]} />}>
            {tab === 'keys' && <KeysTab />}
            {tab === 'webhooks' && <WebhooksTab />}
            {tab === 'events' && <EventsTab filter={filter} onFilter={narrow} />}
            {tab === 'devices' && <DevicesTab />}
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
