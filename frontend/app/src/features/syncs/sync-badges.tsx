import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconClock, IconRefresh } from '@tabler/icons-react';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { SyncRun } from '../../lib/types.ts';

const LOOKS = {
  queued: { label: 'Queued', tone: 'gray', Icon: IconClock },
  running: { label: 'Running', tone: 'brand', Icon: IconRefresh },
  success: { label: 'Success', tone: 'success', Icon: IconCircleCheck },
  failed: { label: 'Failed', tone: 'danger', Icon: IconCircleX },
} as const;

/** Success only when complete; what was stored before a failure is told apart (C28). */
export function SyncStatusBadge({ run }: { run: SyncRun }) {
  const { label, tone, Icon } = LOOKS[run.status];
  if (run.partial) {
    return (
      <ToneBadge tone="warning" Icon={IconAlertTriangle}>
        Failed, partly stored
      </ToneBadge>
    );
  }
  return (
    <ToneBadge tone={tone} Icon={Icon}>
      {label}
    </ToneBadge>
  );
}

const BADGES = { first: 'First sync', backfill: 'Backfill', catch_up: 'Catch-up' };

export function SyncBadge({ badge }: { badge: SyncRun['badge'] }) {
  return badge && <ToneBadge tone="brand">{BADGES[badge]}</ToneBadge>;
}
