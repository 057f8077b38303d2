import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconBan,
  IconCircleX,
  IconClock,
  IconEye,
  IconFileText,
  IconHelpCircle,
  IconLoader,
  IconMailCheck,
  IconPointer,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Tone } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import type { MailRecipient, Message, SendAttempt, Suppression } from '../../lib/types.ts';

export type Look = { label: string; tone: Tone; Icon: TablerIcon };

export const STATES: Record<Message['state'], Look> = {
  draft: { label: 'Draft', tone: 'gray', Icon: IconFileText },
  queued: { label: 'Queued', tone: 'brand', Icon: IconClock },
  sending: { label: 'Sending…', tone: 'brand', Icon: IconLoader },
  sent: { label: 'Sent', tone: 'success', Icon: IconMailCheck },
  failed: { label: 'Not sent', tone: 'danger', Icon: IconCircleX },
  unknown: { label: 'Unknown outcome', tone: 'warning', Icon: IconHelpCircle },
  cancelled: { label: 'Held back', tone: 'gray', Icon: IconBan },
};

const BOUNCED: Look = { label: 'Bounced', tone: 'danger', Icon: IconAlertTriangle };
const REFUSED: Look = { label: 'Refused', tone: 'danger', Icon: IconCircleX };
const COMPLAINED: Look = { label: 'Complaint', tone: 'danger', Icon: IconBan };
const REPLIED: Look = { label: 'Replied', tone: 'success', Icon: IconArrowBackUp };
const CLICKED: Look = { label: 'Clicked', tone: 'success', Icon: IconPointer };
const OPENED: Look = { label: 'Opened', tone: 'success', Icon: IconEye };

/** What became of a sent mail at one of its recipients; null: nothing more than that it was sent. */
export function fate(one: MailRecipient): Look | null {
  if (one.complained_at) return COMPLAINED;
  if (one.state === 'bounced') return BOUNCED;
  if (one.state === 'refused') return REFUSED;
  if (one.replied_at) return REPLIED;
  if (one.clicked_at) return CLICKED;
  return one.opened_at ? OPENED : null;
}

/** Badges of a message: its state, and what is known of its recipients, each with how many of them. */
export function looks(message: Message): Look[] {
  const state = STATES[message.state];
  if (message.state !== 'sent') return [state];
  const several = message.recipients.length > 1;
  const fates = message.recipients.map(fate).filter((one) => one !== null);
  const each = [...new Set(fates)].map((look) => {
    const many = fates.filter((one) => one === look).length;
    return { ...look, label: several ? `${look.label} (${many} of ${message.recipients.length})` : look.label };
  });
  return [state, ...each];
}

export const RECIPIENT: Record<MailRecipient['state'], { label: string; tone: Tone; hint: string }> = {
  waiting: { label: 'Waiting', tone: 'gray', hint: 'It has not been handed over yet.' },
  accepted: {
    label: 'Accepted',
    tone: 'success',
    hint: 'The provider took it. No bounce came back so far; no provider says more than that.',
  },
  refused: { label: 'Refused', tone: 'danger', hint: 'It was not sent to this address.' },
  bounced: { label: 'Bounced', tone: 'danger', hint: 'It came back.' },
  complained: { label: 'Complaint', tone: 'danger', hint: 'It was reported as spam.' },
};

const DETAILS: Record<string, string> = {
  suppressed: 'This address is on your suppression list.',
};

/** The reason beside a recipient's state. */
export function recipientDetail(one: MailRecipient): string {
  const kind = one.bounce_kind && { hard: 'For good', soft: 'For now' }[one.bounce_kind];
  const detail = one.state_detail ? (DETAILS[one.state_detail] ?? one.state_detail) : RECIPIENT[one.state].hint;
  return [kind && `${kind}:`, detail, one.bounce_code && `(${one.bounce_code})`].filter(Boolean).join(' ');
}

export const REASONS: Record<Suppression['reason'], { label: string; tone: Tone; hint: string }> = {
  unsubscribed: { label: 'Unsubscribed', tone: 'warning', hint: 'They asked to get no more mail.' },
  hard_bounce: { label: 'Hard bounce', tone: 'danger', hint: 'There is no such mailbox.' },
  complaint: { label: 'Complaint', tone: 'danger', hint: 'They reported a mail as spam.' },
  manual: { label: 'Added by hand', tone: 'gray', hint: 'Somebody of your organization added it.' },
};

export const OUTCOMES: Record<SendAttempt['outcome'], string> = {
  started: 'Handed over; no answer yet',
  accepted: 'Accepted by the provider',
  refused: 'Refused',
  not_sent: 'Surely not sent',
  unknown: 'Answer lost: it may have been sent',
  found: 'Answer lost, then found at the provider',
};

export const SOURCES: Record<Message['source'], string> = {
  app: 'In the app',
  api: 'Over the API',
  extension: 'In Gmail, with the extension',
};

const named = (one: MailRecipient) => one.name || one.address;

/** The first two by name, and how many more. */
export function toWhom(message: Message): string {
  const [first, second, ...rest] = message.recipients;
  if (!first) return 'Nobody yet';
  if (!second) return named(first);
  return rest.length > 0
    ? `${named(first)}, ${named(second)} and ${rest.length} more`
    : `${named(first)} and ${named(second)}`;
}

export const subjectOf = (message: Message) => message.subject || 'No subject';
export const peopleCount = (message: Message) => plural(message.recipients.length, 'recipient');
export const isEditable = ({ state, kind }: Message) =>
  kind === 'one_off' && (state === 'draft' || state === 'failed' || state === 'cancelled');
