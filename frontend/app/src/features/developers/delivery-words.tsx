import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import { duration } from '../../lib/time.ts';
import type { Delivery, DeliveryAttempt } from '../../lib/types.ts';

export const STATUS_WORDS: Record<Delivery['status'], string> = {
  pending: 'Waiting',
  delivered: 'Accepted',
  failed: 'Given up',
};
const TONES: Record<Delivery['status'], Tone> = { pending: 'warning', delivered: 'success', failed: 'danger' };

export function DeliveryBadge({ status }: { status: Delivery['status'] }) {
  return <ToneBadge tone={TONES[status]}>{STATUS_WORDS[status]}</ToneBadge>;
}

const ERRORS: Record<string, string> = {
  http_status: 'It answered with another status than 2xx.',
  timeout: 'It did not answer within 20 seconds.',
  unreachable: 'It could not be reached.',
  answer_too_large: 'Its answer was too large.',
  interrupted: 'We were interrupted after we had begun.',
  secret_unreadable: 'The secret could not be read. Rotate it.',
};

export const errorLabel = (code: string | null) => (code ? (ERRORS[code] ?? code) : '');

/** "503 in 120 ms", or why there was no answer. */
export function attemptLabel({ http_status: status, duration_ms: took, error }: DeliveryAttempt): string {
  const what = status === null ? errorLabel(error) : String(status);
  return took === null || status === null ? what : `${what} in ${duration(took)}`;
}
