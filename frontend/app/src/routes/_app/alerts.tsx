import { Anchor, Button, Group, Stack } from '@mantine/core';
import { IconBellOff, IconChecks, IconFilterOff } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { ExportButton } from '../../components/export-button.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { AlertFilters } from '../../features/alerts/alert-filters.tsx';
import { AlertItem } from '../../features/alerts/alert-item.tsx';
import { alertsOptions, useMarkAllRead, useMarkRead } from '../../features/alerts/api.ts';
import { type AlertSearch, isFiltered, NO_FILTER, readAlertSearch } from '../../features/alerts/search.ts';

export const Route = createFileRoute('/_app/alerts')({
  validateSearch: readAlertSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => void queryClient.prefetchInfiniteQuery(alertsOptions(deps)),
  component: Alerts,
});

function Alerts() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  const onFilter = (change: AlertSearch) => void navigate({ search: (s) => ({ ...s, ...change }), replace: true });
  const alerts = useInfiniteQuery(alertsOptions(filter));
  const read = useMarkRead();
  const readAll = useMarkAllRead();
  const rows = alerts.data?.pages.flatMap((page) => page.data) ?? [];
  const all = (
    <Button
      variant="default"
      leftSection={<IconChecks size={16} aria-hidden />}
      loading={readAll.isPending}
      onClick={() => readAll.mutate()}
    >
      Mark all as read
    </Button>
  );
  return (
    <Stack gap="lg" maw={860}>
      <PageHeader
        title="Alerts"
        actions={
          <Group gap="xs">
            {rows.some((row) => row.read_at === null) && all}
            <ExportButton report="alerts" filters={filter} />
          </Group>
        }
      >
        One alert for each time of trouble, and a word when it is over. <SettingsLink />
      </PageHeader>
      <AlertFilters filter={filter} onFilter={onFilter} />
      {alerts.error && !alerts.data && <ErrorState error={alerts.error} onRetry={() => void alerts.refetch()} />}
      {alerts.isPending && <LoadingBlocks label="Loading alerts" heights={[110, 110]} />}
      {alerts.data && rows.length === 0 && (
        <Nothing filtered={isFiltered(filter)} onClear={() => onFilter(NO_FILTER)} />
      )}
      {rows.map((alert) => (
        <AlertItem key={alert.id} alert={alert} onRead={() => read.mutate(alert.id)} />
      ))}
      <MoreButton query={alerts} what="alerts" />
    </Stack>
  );
}

function SettingsLink() {
  return (
    <Anchor
      inherit
      underline="always"
      renderRoot={(props) => <Link {...props} to="/settings" search={{ tab: 'alerts' }} />}
    >
      What is alerted, and how
    </Anchor>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (!filtered) {
    return (
      <EmptyState title="No alerts" Icon={IconBellOff}>
        When an account stops working, or a rule finds trouble, you read here what happened and what to do.
      </EmptyState>
    );
  }
  const clear = (
    <Button variant="default" onClick={onClear}>
      Clear filters
    </Button>
  );
  return (
    <EmptyState title="No alert matches" Icon={IconFilterOff} action={clear}>
      Try another kind, or read ones as well.
    </EmptyState>
  );
}
