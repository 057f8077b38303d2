import { Group, Progress, Stack, Text } from '@mantine/core';
import { count } from '../../lib/numbers.ts';
import type { SyncRun } from '../../lib/types.ts';
import { isOver, useLiveRun } from './api.ts';

/** The live bar of a run. A total the provider does not give leaves the bar open-ended. */
export function SyncProgress({ syncId }: { syncId: string }) {
  const run = useLiveRun(syncId);
  if (run && isOver(run)) return null;
  const percent = run?.progress === null || run?.progress === undefined ? null : Math.round(run.progress * 100);
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Text size="xs" role="status">
          {run ? progressText(run) : 'Starting the sync…'}
        </Text>
        {percent !== null && (
          <Text size="xs" className="tnum" aria-hidden>
            {percent}%
          </Text>
        )}
      </Group>
      <Progress.Root size="sm">
        <Progress.Section
          value={percent ?? 100}
          animated
          striped={percent === null}
          aria-label="Sync progress"
          aria-valuetext={percent === null ? 'Working, total not known' : undefined}
        />
      </Progress.Root>
    </Stack>
  );
}

const WORK = { first: 'First sync', backfill: 'Backfill', catch_up: 'Catching up' };

function progressText(run: SyncRun): string {
  if (run.status === 'queued') return run.note ?? 'Waiting to start…';
  const total = run.campaigns_total === null ? '' : ` of ${count(run.campaigns_total)}`;
  const what = run.badge ? WORK[run.badge] : 'Syncing';
  return `${what}: ${count(run.campaigns_processed)}${total} campaigns`;
}
