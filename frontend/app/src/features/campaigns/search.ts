import { dayStart, nextDay } from '../../lib/time.ts';

export const SORTS = [
  { value: '-sent_at', label: 'Newest first' },
  { value: 'sent_at', label: 'Oldest first' },
  { value: 'name', label: 'Name' },
  { value: '-sent', label: 'Most sent' },
  { value: '-opened', label: 'Most opened' },
  { value: '-clicked', label: 'Most clicked' },
  { value: '-bounced', label: 'Most bounced' },
  { value: '-complaints', label: 'Most complaints' },
] as const;
export type Sort = (typeof SORTS)[number]['value'];

/** Everything the list shows is in the address, so that it can be shared and survives Back. */
export type CampaignSearch = {
  q?: string | undefined;
  account?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  sort?: Sort | undefined;
  campaign?: string | undefined;
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
const day = (value: unknown) =>
  DAY.test(String(value)) && !Number.isNaN(Date.parse(String(value))) ? String(value) : undefined;

export function readSearch(raw: Record<string, unknown>): CampaignSearch {
  return {
    q: text(raw['q']),
    account: text(raw['account']),
    from: day(raw['from']),
    to: day(raw['to']),
    sort: SORTS.find(({ value }) => value === raw['sort'])?.value,
    campaign: text(raw['campaign']),
  };
}

/** Days are the organization's: from the start of the first to the end of the last. */
export function toQuery(search: CampaignSearch, timeZone: string) {
  return {
    q: search.q,
    connection_id: search.account ? [search.account] : undefined,
    sent_from: search.from && dayStart(search.from, timeZone),
    sent_to: search.to && dayStart(nextDay(search.to), timeZone),
    sort: search.sort,
  };
}

export const isFiltered = ({ q, account, from, to }: CampaignSearch) => Boolean(q || account || from || to);
