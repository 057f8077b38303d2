import { Stack, Tabs } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { PageHeader } from '../../components/page-header.tsx';
import { LoadingBlocks } from '../../components/states.tsx';
import { Articles } from '../../features/help/articles.tsx';
import { readHelpSearch, type Tab } from '../../features/help/search.ts';

const Contact = lazy(() => import('../../features/help/contact.tsx'));
const Requests = lazy(() => import('../../features/help/requests.tsx'));

export const Route = createFileRoute('/_app/help/')({ validateSearch: readHelpSearch, component: Help });

function Help() {
  const { tab = 'articles', q, error, reference } = Route.useSearch();
  const navigate = Route.useNavigate();
  const turn = (next: Tab) => void navigate({ search: { tab: next } });
  return (
    <Stack gap="lg" maw={860}>
      <PageHeader title="Help" />
      <Tabs value={tab} onChange={(next) => turn(next as Tab)} keepMounted={false}>
        <Tabs.List aria-label="Help" mb="lg" className="tabs">
          <Tabs.Tab value="articles">Help pages</Tabs.Tab>
          <Tabs.Tab value="contact">Contact support</Tabs.Tab>
          <Tabs.Tab value="requests">Your requests</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <Suspense fallback={<LoadingBlocks label="Loading help" heights={[60, 200]} />}>
            {tab === 'articles' && (
              <Articles q={q ?? ''} onSearch={(next) => void navigate({ search: { tab, q: next }, replace: true })} />
            )}
            {tab === 'contact' && <Contact error={error} reference={reference} onRequests={() => turn('requests')} />}
            {tab === 'requests' && <Requests />}
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
