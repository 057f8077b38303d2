import { dayStart, nextDay } from '../../lib/time.ts';

/** All in the address, so that a finding can be sent to a colleague. */
export type AuditSearch = {
  actor?: string | undefined;
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};

export const NO_FILTER: AuditSearch = { actor: undefined, action: undefined, from: undefined, to: undefined };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
const day = (value: unknown) => (DAY.test(String(value)) ? String(value) : undefined);

export const readAuditSearch = (raw: Record<string, unknown>): AuditSearch => ({
  actor: text(raw['actor']),
  action: text(raw['action']),
  from: day(raw['from']),
  to: day(raw['to']),
});

export const isFiltered = (filter: AuditSearch) => Object.values(filter).some(Boolean);

/** Days are the organization's: from the start of the first to the end of the last. */
export const toQuery = ({ actor, action, from, to }: AuditSearch, timeZone: string) => ({
  actor,
  action,
  since: from && dayStart(from, timeZone),
  until: to && dayStart(nextDay(to), timeZone),
});
