import { listAlerts, markAlertRead, markAllAlertsRead } from '@mailwarden/api-client';
import {
  countUnreadAlertsOptions,
  countUnreadAlertsQueryKey,
  listAlertsQueryKey,
} from '@mailwarden/api-client/react-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { pages } from '../../lib/pages.ts';
import type { AlertSearch } from './search.ts';

export const unreadOptions = () => ({ ...countUnreadAlertsOptions(), refetchInterval: 15_000 });

export const alertsOptions = (filter: AlertSearch = {}) => ({
  ...pages(listAlertsQueryKey({ query: filter }), (cursor, signal) =>
    listAlerts({ query: { ...filter, cursor }, signal }),
  ),
  refetchInterval: 15_000,
});

export function useMarkRead() {
  const refresh = useRefreshAlerts();
  return useMutation({
    mutationFn: (id: string) => markAlertRead({ path: { alert_id: id } }),
    onSettled: refresh,
  });
}

export function useMarkAllRead() {
  const refresh = useRefreshAlerts();
  return useMutation({ mutationFn: () => markAllAlertsRead(), onSettled: refresh });
}

function useRefreshAlerts() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: listAlertsQueryKey() });
    await client.invalidateQueries({ queryKey: countUnreadAlertsQueryKey() });
  };
}
