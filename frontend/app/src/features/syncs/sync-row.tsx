import { ActionIcon, Group, Table } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { count } from '../../lib/numbers.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { duration, shortDateTime } from '../../lib/time.ts';
import type { SyncRun } from '../../lib/types.ts';
import { isOver } from './api.ts';
import { SyncBadge, SyncStatusBadge } from './sync-badges.tsx';
import { SyncDetails } from './sync-details.tsx';
import { SyncProgress } from './sync-progress.tsx';

type Props = { run: SyncRun; open: boolean; onToggle: () => void };

export function SyncRow({ run, open, onToggle }: Props) {
  const zone = useTimeZone();
  const started = run.started_at ?? run.created_at;
  const when = shortDateTime(started, zone);
  return (
    <>
      <Table.Tr>
        <Table.Td>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Details of the sync of ${when}`}
            aria-expanded={open}
            aria-controls={open ? `${run.id}-details` : undefined}
            onClick={onToggle}
          >
            <IconChevronRight size={16} style={{ rotate: open ? '90deg' : '0deg' }} aria-hidden />
          </ActionIcon>
        </Table.Td>
        <Table.Td>
          <time dateTime={started}>{when}</time>
        </Table.Td>
        <Table.Td>
          <Group gap={6} wrap="nowrap">
            {run.type === 'manual' ? 'Manual' : 'AutoSync'}
            <SyncBadge badge={run.badge} />
          </Group>
        </Table.Td>
        <Table.Td>
          <SyncStatusBadge run={run} />
        </Table.Td>
        <Table.Td ta="right">{count(run.campaigns_processed)}</Table.Td>
        <Table.Td ta="right">{duration(run.duration_ms)}</Table.Td>
      </Table.Tr>
      {!isOver(run) && (
        <Table.Tr>
          <Table.Td />
          <Table.Td colSpan={5}>
            <SyncProgress syncId={run.id} />
          </Table.Td>
        </Table.Tr>
      )}
      {open && (
        <Table.Tr id={`${run.id}-details`} bg="var(--mw-tint)">
          <Table.Td />
          <Table.Td colSpan={5}>
            <SyncDetails run={run} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
