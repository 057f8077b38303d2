import { Alert, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { PageHeader } from '../../components/page-header.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { WayBackPanel } from '../../components/way-back.tsx';
import { LandingError } from '../../features/connections/landing-error.tsx';
import { ProviderCard } from '../../features/connections/provider-card.tsx';
import { SyncProgress } from '../../features/syncs/sync-progress.tsx';
import { integrationsOptions } from '../../lib/integrations.ts';
import { isMailbox } from '../../lib/kinds.ts';
import { useStanding } from '../../lib/standing.ts';
import type { Integration } from '../../lib/types.ts';

const RetestsPanel = lazy(() => import('../../features/billing/retests-panel.tsx'));

/** The server adds `error` when somebody comes back from a provider and cannot be served. */
const readSearch = (raw: Record<string, unknown>): { error?: string } =>
  typeof raw['error'] === 'string' && raw['error'] ? { error: raw['error'] } : {};

export const Route = createFileRoute('/_app/integrations/')({
  validateSearch: readSearch,
  loader: ({ context: { queryClient } }) => void queryClient.prefetchQuery(integrationsOptions()),
  component: IntegrationsPage,
});

function IntegrationsPage() {
  const integrations = useQuery(integrationsOptions());
  const list = integrations.data?.data;
  const { error } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title="Integrations">
        Every account Mailwarden reads from or sends with, and whether it truly works right now.
      </PageHeader>
      <WayBackPanel />
      {error && <LandingError code={error} onDismiss={() => void navigate({ search: {}, replace: true })} />}
      {integrations.error && !list && (
        <ErrorState error={integrations.error} onRetry={() => void integrations.refetch()} />
      )}
      {integrations.isPending && <LoadingBlocks label="Loading integrations" heights={[240, 240]} />}
      <Retests />
      {list?.every((integration) => integration.connections.length === 0) && <Welcome />}
      {list && <Group title="Analytics" id="analytics" integrations={list.filter((one) => !isMailbox(one))} />}
      {list && <Group title="Mailboxes" id="mailboxes" integrations={list.filter(isMailbox)} />}
    </Stack>
  );
}

/** What the tests found that ran by themselves once somebody paid again; members see it here. */
function Retests() {
  const standing = useStanding();
  if (standing?.mode !== 'paid' || !standing.may_work) return null;
  return (
    <Suspense fallback={null}>
      <RetestsPanel />
    </Suspense>
  );
}

const PURPOSES: Record<GroupProps['id'], string> = {
  analytics: 'Read campaigns and their figures.',
  mailboxes: 'Send mail, and see replies and bounces. Every member can connect their own.',
};

type GroupProps = { title: string; id: 'analytics' | 'mailboxes'; integrations: Integration[] };

/** Settings > Email leads to `#mailboxes`, which is there only after the list has come. */
function Group({ title, id, integrations }: GroupProps) {
  const wanted = useLocation({ select: ({ hash }) => hash === id });
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wanted) place.current?.scrollIntoView();
  }, [wanted]);
  if (integrations.length === 0) return null;
  return (
    <Stack component="section" ref={place} id={id} aria-labelledby={`${id}-title`} gap="sm">
      <div>
        <Title order={2} id={`${id}-title`}>
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {PURPOSES[id]}
        </Text>
      </div>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        {integrations.map((integration) => (
          <ProviderCard
            key={integration.provider}
            integration={integration}
            renderSync={(syncId) => <SyncProgress syncId={syncId} />}
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function Welcome() {
  return (
    <Alert color="brand" variant="light" title="Connect your first account">
      <Text size="sm">
        Pick a provider, choose how far back to read, and allow reading at the provider. The first sync starts by
        itself.
      </Text>
    </Alert>
  );
}
