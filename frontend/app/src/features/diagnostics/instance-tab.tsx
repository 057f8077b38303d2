import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { instanceSchedulerOptions, providerAppsOptions } from './api.ts';
import { ProviderApps } from './provider-apps.tsx';
import { QueueTable } from './queue-table.tsx';
import { AliveLine } from './scheduler-tab.tsx';
import { WorkerTable } from './worker-table.tsx';

/** For the operator of this installation: our apps at the providers, and everybody's work as numbers. */
export default function InstanceTab() {
  return (
    <Stack gap="lg">
      <Apps />
      <InstanceScheduler />
    </Stack>
  );
}

function Apps() {
  const apps = useQuery(providerAppsOptions());
  if (apps.isPending) return <LoadingBlocks label="Loading providers" heights={[120, 120]} />;
  if (!apps.data) return <ErrorState error={apps.error} onRetry={() => void apps.refetch()} />;
  return <ProviderApps apps={apps.data.data} />;
}

function InstanceScheduler() {
  const scheduler = useQuery(instanceSchedulerOptions());
  if (scheduler.isPending) return <LoadingBlocks label="Loading workers" heights={[160]} />;
  if (!scheduler.data) return <ErrorState error={scheduler.error} onRetry={() => void scheduler.refetch()} />;
  const { alive, workers_alive: living, workers, queues } = scheduler.data;
  return (
    <section aria-label="Scheduler of this installation">
      <AliveLine alive={alive} workers={living} />
      <Stack gap="lg">
        <WorkerTable workers={workers} />
        <QueueTable queues={queues} title="Work of all organizations" />
      </Stack>
    </section>
  );
}
