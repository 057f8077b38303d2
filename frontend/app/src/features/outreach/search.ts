import type { OutreachCampaign, OutreachRecipient } from '../../lib/types.ts';

// names alone: words and icons come with the pages, while the shell reads every address
const STATES: Record<OutreachCampaign['state'], true> = {
  draft: true,
  running: true,
  paused: true,
  finished: true,
  archived: true,
};
const PEOPLE: Record<OutreachRecipient['state'], true> = {
  waiting: true,
  active: true,
  held: true,
  finished: true,
  replied: true,
  bounced: true,
  unsubscribed: true,
  suppressed: true,
  skipped: true,
  campaign_stopped: true,
};

export const TABS = ['overview', 'steps', 'schedule', 'recipients', 'accounts'] as const;
export type Tab = (typeof TABS)[number];

export type ListSearch = { q?: string | undefined; state?: OutreachCampaign['state'] | undefined };

/** What a campaign's page shows: its part, and there whom. */
export type PageSearch = {
  tab?: Tab | undefined;
  q?: string | undefined;
  state?: OutreachRecipient['state'] | undefined;
};

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
const oneOf = <T extends string>(names: Record<T, unknown>, value: unknown) =>
  typeof value === 'string' && Object.hasOwn(names, value) ? (value as T) : undefined;

export const readListSearch = (raw: Record<string, unknown>): ListSearch => ({
  q: text(raw['q']),
  state: oneOf(STATES, raw['state']),
});

export const readPageSearch = (raw: Record<string, unknown>): PageSearch => ({
  tab: TABS.find((tab) => tab === raw['tab']),
  q: text(raw['q']),
  state: oneOf(PEOPLE, raw['state']),
});
