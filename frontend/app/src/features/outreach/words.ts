import {
  IconArchive,
  IconCircleCheck,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Tone } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import type { OutreachCampaign, OutreachCounts, OutreachRecipient, OutreachStep } from '../../lib/types.ts';

type Look = { label: string; tone: Tone; Icon: TablerIcon };

export const STATES: Record<OutreachCampaign['state'], Look> = {
  draft: { label: 'Draft', tone: 'gray', Icon: IconPencil },
  running: { label: 'Running', tone: 'success', Icon: IconPlayerPlay },
  paused: { label: 'Paused', tone: 'warning', Icon: IconPlayerPause },
  finished: { label: 'Finished', tone: 'brand', Icon: IconCircleCheck },
  archived: { label: 'Archived', tone: 'gray', Icon: IconArchive },
};

type Reason = NonNullable<OutreachCampaign['pause_reason']>;

/** Why it is paused, and whose move it is. */
export const PAUSES: Record<Reason, { why: string; who: string }> = {
  member: {
    why: 'A member paused it.',
    who: 'Whoever may change this campaign: resume it when it should go on.',
  },
  connection_inactive: {
    why: 'Its mailbox stopped working.',
    who: 'Whoever may reconnect the mailbox. After that, resume the campaign here.',
  },
  disconnected: {
    why: 'Its mailbox was disconnected.',
    who: 'Whoever may connect the mailbox again. After that, resume the campaign here.',
  },
  bounce_guard: {
    why: 'Too many mails bounced, so the bounce guard stopped it.',
    who: 'Whoever may change this campaign: look at the recipients that bounced, then resume.',
  },
  sender_refused: {
    why: 'Mail servers refuse its sender, so the bounce guard stopped it.',
    who: 'Whoever looks after the mailbox or its domain: the skipped recipients say what was answered. Then resume.',
  },
  subscription: {
    why: 'The organization has no active plan.',
    who: 'An owner, in billing. After that, resume the campaign here.',
  },
};

/** What broke, as opposed to what a member or the guard meant. */
const TROUBLES: Reason[] = ['connection_inactive', 'disconnected', 'subscription'];
export const isByTrouble = ({ state, pause_reason: reason }: OutreachCampaign) =>
  state === 'paused' && reason !== null && TROUBLES.includes(reason);

export const PEOPLE: Record<OutreachRecipient['state'], { label: string; hint: string; tone: Tone }> = {
  waiting: { label: 'Waiting', hint: 'Has had no mail of this campaign yet.', tone: 'gray' },
  active: { label: 'Active', hint: 'Had mail, and more is to come.', tone: 'brand' },
  held: {
    label: 'Held',
    hint: 'Nobody can tell whether the last mail left, so nothing more is sent.',
    tone: 'warning',
  },
  finished: { label: 'Finished', hint: 'Had all steps.', tone: 'success' },
  replied: { label: 'Replied', hint: 'Answered, so the sequence ended.', tone: 'success' },
  bounced: { label: 'Bounced', hint: 'The address does not take mail.', tone: 'danger' },
  unsubscribed: { label: 'Unsubscribed', hint: 'Wants no more mail.', tone: 'warning' },
  suppressed: { label: 'Suppressed', hint: 'On the suppression list: no mail goes there.', tone: 'warning' },
  skipped: { label: 'Skipped', hint: 'Left out of this campaign.', tone: 'gray' },
  campaign_stopped: {
    label: 'Campaign stopped',
    hint: 'Their mailbox was away too long: nothing more of this campaign, for ever.',
    tone: 'danger',
  },
};

const REASONS: Record<string, string> = {
  member: 'A member left them out.',
  missing_fields: 'A field that a step needs is missing.',
  outcome_unknown: 'Nobody can tell whether the last mail left. See it in My Emails.',
  unsubscribed: 'They asked for no more mail.',
  hard_bounce: 'Mail to this address came back before.',
  complaint: 'They complained about a mail.',
  manual: 'A member put them on the suppression list.',
  suppressed: 'The address is on the suppression list.',
  grace: 'Their mailbox was not back within 60 minutes of its disconnect.',
  nine_days: 'Their mailbox did not work for nine days.',
};

/** In words, where we have some; a server’s own words as they are. */
export const personReason = ({ state, state_reason: reason }: OutreachRecipient) =>
  reason ? (REASONS[reason] ?? reason) : PEOPLE[state].hint;

export const CONDITIONS: { value: OutreachStep['condition']; label: string }[] = [
  { value: 'if_no_reply', label: 'If they have not replied' },
  { value: 'always', label: 'Always' },
  { value: 'if_opened', label: 'If they opened the mail before' },
  { value: 'if_not_opened', label: 'If they did not open the mail before' },
  { value: 'if_clicked', label: 'If they clicked in the mail before' },
  { value: 'if_not_clicked', label: 'If they did not click in the mail before' },
];

export const conditionLabel = (value: OutreachStep['condition']) =>
  CONDITIONS.find((one) => one.value === value)?.label ?? value;

export const UNITS = [
  { value: 'days', label: 'days', seconds: 86_400 },
  { value: 'hours', label: 'hours', seconds: 3_600 },
  { value: 'minutes', label: 'minutes', seconds: 60 },
] as const;
export type Unit = (typeof UNITS)[number]['value'];

/** The largest unit that says it exactly. */
export function delayParts(seconds: number): { number: number; unit: Unit } {
  const unit = UNITS.find((one) => seconds > 0 && seconds % one.seconds === 0) ?? UNITS[seconds > 0 ? 2 : 0];
  return { number: Math.round(seconds / unit.seconds), unit: unit.value };
}

export function delayWords(seconds: number, number: number): string {
  const after = number === 1 ? 'after the start' : 'after the step before';
  if (seconds === 0) return number === 1 ? 'As soon as it starts' : 'At once after the step before';
  const { number: amount, unit } = delayParts(seconds);
  return `${plural(amount, unit.slice(0, -1))} ${after}`;
}

/** More may come to these. */
const OPEN = ['waiting', 'active', 'held'] as const;

export function progress(counts: OutreachCounts): { total: number; done: number; open: number } {
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const open = OPEN.reduce((sum, state) => sum + counts[state], 0);
  return { total, open, done: total - open };
}

/** Of mails sent; nothing to be a share of is n/a. */
export const share = (part: number, sent: number) => (sent > 0 ? part / sent : null);
