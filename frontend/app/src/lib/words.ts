import type { Frequency, HistoryRange, Transition, WhoMustAct } from './types.ts';

export const FREQUENCIES: { value: Frequency; label: string; hint: string }[] = [
  { value: 'realtime', label: 'Real-time', hint: 'About every 10 minutes. Best for most teams.' },
  { value: 'hourly', label: 'Hourly', hint: 'Once an hour.' },
  { value: 'every_6_hours', label: 'Every 6 hours', hint: 'Four times a day.' },
  { value: 'daily', label: 'Daily', hint: 'Once a day.' },
];

export const RANGES: { value: HistoryRange; label: string; hint: string }[] = [
  { value: 'days_30', label: 'Most recent', hint: 'The last 30 days. Ready in moments.' },
  { value: 'days_90', label: 'Standard', hint: 'The last 90 days. Usually under a minute.' },
  { value: 'months_12', label: 'Extended', hint: 'The last 12 months. A few minutes for busy accounts.' },
  {
    value: 'all',
    label: 'All',
    hint: 'Everything the provider still gives. With years of campaigns this can take an hour, because the provider limits how fast we may read.',
  },
];

export const frequencyLabel = (value: Frequency) => FREQUENCIES.find((f) => f.value === value)?.label ?? value;
export const rangeLabel = (value: HistoryRange) => RANGES.find((r) => r.value === value)?.label ?? value;

const WHO: Record<WhoMustAct, string> = {
  nobody: 'Nobody: it resolves by itself',
  member: 'Any member of your organization',
  owner_or_manager: 'An owner or manager of your organization',
  provider_admin: 'The administrator of the account at the provider',
  operator: 'Your Mailwarden operator',
};

export const whoLabel = (who: WhoMustAct) => WHO[who] ?? who;

const ACTORS: Record<Transition['actor'], string> = {
  user: 'a member',
  provider_signal: 'a signal of the provider',
  probe: 'the regular check',
  sync: 'a sync',
  refresh: 'the token refresh',
  operator: 'the operator',
};

export const actorLabel = (actor: Transition['actor'], name: string | null) => name ?? ACTORS[actor] ?? actor;
