import { listAuditLog } from '@mailwarden/api-client';
import { listAuditLogQueryKey, listMembersOptions } from '@mailwarden/api-client/react-query';
import { pages } from '../../lib/pages.ts';
import { type AuditSearch, toQuery } from './search.ts';

export const membersOptions = () => listMembersOptions();

export function auditOptions(filter: AuditSearch, timeZone: string) {
  const query = toQuery(filter, timeZone);
  return pages(listAuditLogQueryKey({ query }), (cursor, signal) =>
    listAuditLog({ query: { ...query, cursor }, signal }),
  );
}

/** A plain link: the session's cookie goes with it, and the browser shows the download. */
export function exportFile(filter: AuditSearch, timeZone: string, format: 'csv' | 'ndjson'): string {
  const given = Object.entries({ ...toQuery(filter, timeZone), format }).filter(([, value]) => value);
  return `/v1/audit-log/export?${new URLSearchParams(given as [string, string][])}`;
}
