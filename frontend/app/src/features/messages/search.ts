import type { Message, Suppression } from '../../lib/types.ts';

// names alone: words and icons come with the pages, while the shell reads every address
const STATES: Record<Message['state'], true> = {
  draft: true,
  queued: true,
  sending: true,
  sent: true,
  failed: true,
  unknown: true,
  cancelled: true,
};
const REASONS: Record<Suppression['reason'], true> = {
  unsubscribed: true,
  hard_bounce: true,
  complaint: true,
  manual: true,
};

/** Everything the list shows is in the address, so that it can be shared and survives Back. */
export type ListSearch = {
  q?: string | undefined;
  state?: Message['state'] | undefined;
  mailbox?: string | undefined;
  whose?: 'all' | undefined;
};

/** `draft`: which one goes on; `answers`: the own message that a new one follows. */
export type ComposeSearch = { draft?: string | undefined; answers?: string | undefined };

export type SuppressionSearch = { q?: string | undefined; reason?: Suppression['reason'] | undefined };

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
const oneOf = <T extends string>(names: Record<T, unknown>, value: unknown) =>
  typeof value === 'string' && Object.hasOwn(names, value) ? (value as T) : undefined;
const id = (prefix: string, value: unknown) => (String(value).startsWith(`${prefix}_`) ? text(value) : undefined);

export const readListSearch = (raw: Record<string, unknown>): ListSearch => ({
  q: text(raw['q']),
  state: oneOf(STATES, raw['state']),
  mailbox: id('mbx', raw['mailbox']),
  whose: raw['whose'] === 'all' ? 'all' : undefined,
});

export const readComposeSearch = (raw: Record<string, unknown>): ComposeSearch => ({
  draft: id('msg', raw['draft']),
  answers: id('msg', raw['answers']),
});

export const readSuppressionSearch = (raw: Record<string, unknown>): SuppressionSearch => ({
  q: text(raw['q']),
  reason: oneOf(REASONS, raw['reason']),
});
