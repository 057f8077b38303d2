import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import type { AlertDelivery } from '../../lib/types.ts';

type Status = AlertDelivery['status'];

const STATUS: Record<Status, [string, Tone]> = {
  queued: ['Waiting', 'warning'],
  sending: ['On its way', 'warning'],
  sent: ['Sent', 'success'],
  failed: ['Failed', 'danger'],
  unknown: ['May have arrived', 'warning'],
};

export function StateBadge({ status }: { status: Status }) {
  const [label, tone] = STATUS[status];
  return <ToneBadge tone={tone}>{label}</ToneBadge>;
}

const ERRORS: Record<string, string> = {
  timeout: 'It did not answer in time.',
  unreachable: 'It could not be reached.',
  answer_too_large: 'Its answer was too large.',
  interrupted: 'We were interrupted after we had begun.',
  secret_unreadable: 'The secret could not be read. Make a new one.',
  channel_off: 'The channel was switched off before it was sent.',
  too_late: 'It was a day old, and news no more.',
};

export function errorWords(error: string, status: number | null): string {
  if (error === 'http_status') return status === null ? 'It refused.' : `It answered ${status}.`;
  return ERRORS[error] ?? error;
}
