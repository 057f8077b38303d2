import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconKey,
  IconLoader,
  IconPlugConnectedX,
  IconPlus,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Connection, Status } from '../lib/types.ts';
import { ToneBadge } from './tone-badge.tsx';
import type { Tone } from './tones.ts';

type Look = { label: string; tone: Tone; Icon: TablerIcon };

const LOOKS: Record<Status | 'permission_missing' | 'none', Look> = {
  connecting: { label: 'Connecting…', tone: 'warning', Icon: IconLoader },
  connected: { label: 'Connected', tone: 'success', Icon: IconCircleCheck },
  verifying: { label: 'Checking…', tone: 'warning', Icon: IconLoader },
  inactive: { label: 'Inactive', tone: 'danger', Icon: IconCircleX },
  disconnected: { label: 'Disconnected', tone: 'gray', Icon: IconPlugConnectedX },
  permission_missing: { label: 'Permission missing', tone: 'warning', Icon: IconKey },
  none: { label: 'Not connected', tone: 'gray', Icon: IconPlus },
};

type Subject = Pick<Connection, 'status' | 'missing_scopes'>;

export function look(connection: Subject | undefined): Look {
  if (!connection) return LOOKS.none;
  const lacking = connection.status === 'connected' && connection.missing_scopes.length > 0;
  return LOOKS[lacking ? 'permission_missing' : connection.status];
}

export const statusLook = (status: Status): Look => LOOKS[status];

/** The same word for the same state everywhere: text, icon and colour, never colour alone. */
export function StatusBadge({ connection }: { connection: Subject | undefined }) {
  const { label, tone, Icon } = look(connection);
  return (
    <ToneBadge tone={tone} Icon={Icon}>
      {label}
    </ToneBadge>
  );
}

const DEGRADED = { provider_unavailable: 'Provider is having trouble', rate_limited: 'Slowed by the provider' };

export function DegradedBadge({ reason }: { reason: Connection['degraded_reason'] }) {
  if (!reason) return null;
  return (
    <ToneBadge tone="warning" Icon={IconAlertTriangle}>
      {DEGRADED[reason as keyof typeof DEGRADED] ?? 'Provider is having trouble'}
    </ToneBadge>
  );
}
