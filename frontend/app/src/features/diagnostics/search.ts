import { dayStart, nextDay } from '../../lib/time.ts';

export const TABS = [
  'quick',
  'connections',
  'authorizations',
  'refreshes',
  'webhooks',
  'scheduler',
  'instance',
] as const;
export type Tab = (typeof TABS)[number];

/** Which log, filtered how: all in the address, so that it can be sent to a colleague. */
export type DiagnosticsSearch = {
  tab?: Tab | undefined;
  provider?: string | undefined;
  account?: string | undefined;
  result?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};

export type Filter = Omit<DiagnosticsSearch, 'tab'>;

export const NO_FILTER: Filter = {
  provider: undefined,
  account: undefined,
  result: undefined,
  from: undefined,
  to: undefined,
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
const day = (value: unknown) =>
  DAY.test(String(value)) && !Number.isNaN(Date.parse(String(value))) ? String(value) : undefined;

export function readDiagnosticsSearch(raw: Record<string, unknown>): DiagnosticsSearch {
  return {
    tab: TABS.find((tab) => tab === raw['tab']),
    provider: text(raw['provider']),
    account: text(raw['account']),
    result: text(raw['result']),
    from: day(raw['from']),
    to: day(raw['to']),
  };
}

export const isFiltered = (filter: Filter) =>
  Boolean(filter.provider || filter.account || filter.result || filter.from || filter.to);

export const ofAccount = ({ provider, account }: Filter) => ({ provider, connection_id: account });

/** Days are the organization's: from the start of the first to the end of the last. */
export const within = ({ from, to }: Filter, timeZone: string) => ({
  since: from && dayStart(from, timeZone),
  until: to && dayStart(nextDay(to), timeZone),
});

/** A word of the address that the API does not know is no filter, rather than an error. */
export const known = <T extends string>(words: Record<T, unknown>, value: string | undefined): T | undefined =>
  value !== undefined && value in words ? (value as T) : undefined;
