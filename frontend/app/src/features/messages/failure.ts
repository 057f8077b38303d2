import type { Message } from '../../lib/types.ts';

/** What helps a mail that was not sent: send it as it is, change it first, or make room elsewhere. */
export type Remedy = 'again' | 'edit' | 'mailbox' | 'recipients' | 'billing' | 'repair';

type Failure = { title: string; remedy: Remedy };

const FAILURES: Record<string, Failure> = {
  connection_inactive: { title: 'Its mailbox was not connected any more', remedy: 'repair' },
  connection_disconnected: { title: 'Its mailbox was disconnected', remedy: 'mailbox' },
  connection_replaced: { title: 'Another account is in its mailbox slot now', remedy: 'mailbox' },
  permission_missing: { title: 'The permission to send is missing', remedy: 'repair' },
  login_refused: { title: 'The provider refused our sign-in', remedy: 'repair' },
  misconfigured: { title: 'The mail server is not set up for this', remedy: 'repair' },
  subscription_inactive: { title: 'The plan of your organization has ended', remedy: 'billing' },
  suppressed: { title: 'Everybody it is for is on the suppression list', remedy: 'recipients' },
  refused: { title: 'The provider refused this mail', remedy: 'edit' },
  sender_refused: { title: 'The provider refused the sender', remedy: 'mailbox' },
  not_sendable: { title: 'It cannot be written as a mail', remedy: 'edit' },
  daily_cap: { title: 'The provider’s own daily cap was reached', remedy: 'again' },
  domain_daily_limit: { title: 'The mailbox’s daily limit for that domain was reached', remedy: 'again' },
  rate_limited: { title: 'The provider asked us to wait', remedy: 'again' },
  provider_unavailable: { title: 'The provider could not be reached', remedy: 'again' },
  deferred: { title: 'The receiving server put it off', remedy: 'again' },
  gave_up: { title: 'It could not be sent for two days', remedy: 'again' },
  unknown_outcome: { title: 'The provider’s answer was lost', remedy: 'again' },
  worker_died: { title: 'We were interrupted while sending it', remedy: 'again' },
  restored: { title: 'Our records of it were restored from a backup', remedy: 'again' },
};

export const failureOf = ({ failure_code: code }: Pick<Message, 'failure_code'>): Failure =>
  (code ? FAILURES[code] : undefined) ?? { title: 'It was not sent', remedy: 'again' };

/** Of a queued mail: why it was not sent at the last try. */
export const waitReason = ({ failure_code: code }: Pick<Message, 'failure_code'>) =>
  code ? (FAILURES[code]?.title ?? null) : null;
