import { ActionIcon, Group } from '@mantine/core';
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
      <tr>
        <td>
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
        </td>
        <td className="nowrap">
          <time dateTime={started}>{when}</time>
        </td>
        <td>
          <SyncStatusBadge run={run} />
        </td>
        <td>
          <Group gap={6} wrap="nowrap">
            {run.type === 'manual' ? 'Manual' : 'AutoSync'}
            <SyncBadge badge={run.badge} />
          </Group>
        </td>
        <td className="num">{count(run.campaigns_processed)}</td>
        <td className="num">{duration(run.duration_ms)}</td>
      </tr>
      {!isOver(run) && (
        <tr>
          <td colSpan={6}>
            <div className="detail-box">
              <SyncProgress syncId={run.id} />
            </div>
          </td>
        </tr>
      )}
      {open && (
        <tr id={`${run.id}-details`} className="detail-row">
          <td colSpan={6}>
            <div className="detail-box">
              <SyncDetails run={run} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
}
