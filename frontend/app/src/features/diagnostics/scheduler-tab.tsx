import { Card, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Fact } from '../../components/evidence-list.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import type { Scheduler } from '../../lib/types.ts';
import { schedulerOptions } from './api.ts';
import { Ago } from './cells.tsx';
import { QueueTable } from './queue-table.tsx';

export default function SchedulerTab() {
  const scheduler = useQuery(schedulerOptions());
  if (scheduler.isPending) return <LoadingBlocks label="Loading scheduler" heights={[120, 160]} />;
  if (!scheduler.data) return <ErrorState error={scheduler.error} onRetry={() => void scheduler.refetch()} />;
  return (
    <Stack gap="lg">
      <Liveness scheduler={scheduler.data} />
      <QueueTable queues={scheduler.data.queues} title="Work of this organization" />
    </Stack>
  );
}

function Liveness({ scheduler }: { scheduler: Scheduler }) {
  return (
    <Card component="section" aria-label="Scheduler">
      <AliveLine alive={scheduler.alive} workers={scheduler.workers_alive} />
      <dl className="facts">
        <Fact name="Last looked for work">
          <Ago at={scheduler.last_claim_at} />
        </Fact>
        <Fact name="Last sign of life">
          <Ago at={scheduler.last_seen_at} />
        </Fact>
        <Fact name="Last token refresh here">
          <Ago at={scheduler.last_refresh_at} none="None yet" />
        </Fact>
      </dl>
    </Card>
  );
}

/** Alive is who looked for due work within the last minute: a process that merely runs does not count. */
export function AliveLine({ alive, workers }: { alive: boolean; workers: number }) {
  const Icon = alive ? IconCircleCheck : IconCircleX;
  return (
    <Group gap="xs" mb="sm" wrap="nowrap" role="status">
      <Icon size={20} color={toneInk(alive ? 'success' : 'danger')} style={{ flexShrink: 0 }} aria-hidden />
      <Text size="sm" fw={600}>
        {alive
          ? `The scheduler is alive: ${plural(workers, 'worker')}`
          : 'The scheduler does not work: nothing is refreshed or synced until the operator starts a worker'}
      </Text>
    </Group>
  );
}
