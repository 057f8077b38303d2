import { Button, Stack } from '@mantine/core';
import { IconPlug } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { needsAttention } from '../../features/connections/accounts.ts';
import { RANGES, type Range } from '../../features/dashboard/api.ts';
import { SummarySection } from '../../features/dashboard/summary-section.tsx';
import { TroubleList } from '../../features/dashboard/trouble-list.tsx';
import { integrationsOptions } from '../../lib/integrations.ts';

type Search = { days?: Range | undefined };

export const Route = createFileRoute('/_app/dashboard')({
  validateSearch: (raw: Record<string, unknown>): Search => ({
    days: RANGES.find((range) => range === String(raw['days'] ?? '')),
  }),
  loader: ({ context: { queryClient } }) => void queryClient.prefetchQuery(integrationsOptions()),
  component: Dashboard,
});

function Dashboard() {
  const { days = '30' } = Route.useSearch();
  const navigate = Route.useNavigate();
  const integrations = useQuery(integrationsOptions());
  const connections = integrations.data?.data.flatMap((i) => i.connections) ?? [];
  const active = connections.filter((c) => c.status !== 'disconnected');
  const empty = integrations.data !== undefined && connections.length === 0;
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title="Dashboard">What your campaigns did, and whether the numbers can be trusted.</PageHeader>
      {integrations.error && !integrations.data && (
        <ErrorState error={integrations.error} onRetry={() => void integrations.refetch()} />
      )}
      {empty && <NothingYet />}
      {!empty && (
        <SummarySection
          range={days}
          onRange={(range) => void navigate({ search: { days: range === '30' ? undefined : range } })}
        />
      )}
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
