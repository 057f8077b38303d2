import { Button, Stack } from '@mantine/core';
import { IconPlug } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { ExportButton } from '../../components/export-button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ScoreCard } from '../../components/score-card.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { needsAttention } from '../../features/connections/accounts.ts';
import { DeviatingNote } from '../../features/dashboard/deviating-note.tsx';
import { FiguresSection } from '../../features/dashboard/figures-section.tsx';
import { type FiguresSearch, readFiguresSearch, toQuery } from '../../features/dashboard/search.ts';
import { TroubleList } from '../../features/dashboard/trouble-list.tsx';
import { integrationsOptions } from '../../lib/integrations.ts';
import { listsCampaigns } from '../../lib/kinds.ts';
import { useTimeZone } from '../../lib/session.tsx';

export const Route = createFileRoute('/_app/dashboard')({
  validateSearch: readFiguresSearch,
  loader: ({ context: { queryClient } }) => void queryClient.prefetchQuery(integrationsOptions()),
  component: Dashboard,
});

function Dashboard() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const integrations = useQuery(integrationsOptions());
  const filters = toQuery(search, useTimeZone());
  const connections = integrations.data?.data.flatMap((i) => i.connections) ?? [];
  const active = connections.filter((c) => c.status !== 'disconnected');
  const empty = integrations.data !== undefined && connections.length === 0;
  const accounts = (integrations.data?.data ?? [])
    .filter(listsCampaigns)
    .flatMap((i) => i.connections.map(({ id, account_label: name }) => ({ id, label: `${name} (${i.label})` })));
  const change = (part: FiguresSearch) =>
    void navigate({ search: (s) => ({ ...s, ...part }), replace: true, resetScroll: false });
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title="Dashboard" actions={!empty && <ExportButton report="dashboard" filters={filters} />}>
        What your campaigns did, and whether the numbers can be trusted.
      </PageHeader>
      {integrations.error && !integrations.data && (
        <ErrorState error={integrations.error} onRetry={() => void integrations.refetch()} />
      )}
      {empty && <NothingYet />}
      {!empty && <ScoreCard />}
      {accounts.length > 0 && <DeviatingNote accounts={active.map(({ id }) => id)} />}
      {!empty && <FiguresSection search={search} accounts={accounts} onSearch={change} />}
      {integrations.isPending && <LoadingBlocks label="Loading connections" heights={[200]} />}
      {active.length > 0 && (
        <TroubleList
          troubled={active.filter(needsAttention)}
          healthy={active.filter((connection) => !needsAttention(connection))}
        />
      )}
    </Stack>
  );
}

function NothingYet() {
  const connect = (
    <Button component={Link} to="/integrations" leftSection={<IconPlug size={16} aria-hidden />}>
      Go to Integrations
    </Button>
  );
  return (
    <EmptyState title="No data yet" Icon={IconPlug} action={connect}>
      Connect HubSpot or Klaviyo, and the figures of your campaigns appear here.
    </EmptyState>
  );
}
