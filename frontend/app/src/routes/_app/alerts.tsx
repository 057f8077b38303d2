import { Button, Stack } from '@mantine/core';
import { IconBellOff, IconChecks } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { MoreButton } from '../../components/more-button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { AlertItem } from '../../features/alerts/alert-item.tsx';
import { alertsOptions, useMarkAllRead, useMarkRead } from '../../features/alerts/api.ts';

export const Route = createFileRoute('/_app/alerts')({
  loader: ({ context: { queryClient } }) => void queryClient.prefetchInfiniteQuery(alertsOptions()),
  component: Alerts,
});

function Alerts() {
  const alerts = useInfiniteQuery(alertsOptions());
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
      <PageHeader title="Alerts" actions={rows.some((row) => row.read_at === null) && all}>
        One alert per outage, and a word when it is over.
      </PageHeader>
      {alerts.error && !alerts.data && <ErrorState error={alerts.error} onRetry={() => void alerts.refetch()} />}
      {alerts.isPending && <LoadingBlocks label="Loading alerts" heights={[110, 110]} />}
      {alerts.data && rows.length === 0 && (
        <EmptyState title="No alerts" Icon={IconBellOff}>
          When an account stops working, you read here and by e-mail what happened and what to do.
        </EmptyState>
      )}
      {rows.map((alert) => (
        <AlertItem key={alert.id} alert={alert} onRead={() => read.mutate(alert.id)} />
      ))}
      <MoreButton query={alerts} what="alerts" />
    </Stack>
  );
}
