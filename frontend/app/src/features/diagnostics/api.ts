import {
  checkProviderApp,
  createSupportBundle,
  deleteSupportBundle,
  listConnectionRecords,
  listOauthCallbacks,
  listSupportBundles,
  listTokenRefreshes,
  listWebhooks,
  runQuickDiagnosis,
} from '@mailwarden/api-client';
import {
  getInstanceSchedulerOptions,
  getSchedulerOptions,
  getSupportBundleOptions,
  getSupportBundleQueryKey,
  listConnectionRecordsQueryKey,
  listIntegrationsOptions,
  listIntegrationsQueryKey,
  listOauthCallbacksQueryKey,
  listProviderAppsOptions,
  listProviderAppsQueryKey,
  listSupportBundlesQueryKey,
  listTokenRefreshesQueryKey,
  listWebhooksQueryKey,
} from '@mailwarden/api-client/react-query';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { pages } from '../../lib/pages.ts';
import type { BundleRequest, ProviderApp } from '../../lib/types.ts';
import { type Filter, known, ofAccount, within } from './search.ts';
import { CALLBACK_RESULTS, CONNECTION_STATUSES, REFRESH_OUTCOMES } from './words.ts';

/** Every account of the organization, for filters and for links from an account's id to its page. */
export const accountsOptions = () => listIntegrationsOptions();

/**
 * A check with live calls that runs only when asked. Its answer outlives the tab it was asked on, and so does the run
 * itself: leaving the tab does not cancel it.
 */
const quickOptions = () =>
  queryOptions({
    queryKey: ['quick-diagnosis'],
    queryFn: async () => (await runQuickDiagnosis()).data,
    enabled: false,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });

export function useQuickDiagnosis() {
  const client = useQueryClient();
  const query = useQuery(quickOptions());
  const run = async () => {
    await query.refetch();
    await client.invalidateQueries({ queryKey: listIntegrationsQueryKey() }); // the check may have corrected a status
  };
  return { ...query, run };
}

export function recordsOptions(filter: Filter) {
  const query = { ...ofAccount(filter), status: known(CONNECTION_STATUSES, filter.result) };
  return pages(listConnectionRecordsQueryKey({ query }), (cursor, signal) =>
    listConnectionRecords({ query: { ...query, cursor }, signal }),
  );
}

export function callbacksOptions(filter: Filter, timeZone: string) {
  const result = known(CALLBACK_RESULTS, filter.result);
  const query = { ...ofAccount(filter), ...within(filter, timeZone), result };
  return pages(listOauthCallbacksQueryKey({ query }), (cursor, signal) =>
    listOauthCallbacks({ query: { ...query, cursor }, signal }),
  );
}

export function refreshesOptions(filter: Filter, timeZone: string) {
  const outcome = known(REFRESH_OUTCOMES, filter.result);
  const query = { ...ofAccount(filter), ...within(filter, timeZone), outcome };
  return pages(listTokenRefreshesQueryKey({ query }), (cursor, signal) =>
    listTokenRefreshes({ query: { ...query, cursor }, signal }),
  );
}

export function webhooksOptions(filter: Filter) {
  const query = ofAccount(filter);
  return pages(listWebhooksQueryKey({ query }), (cursor, signal) =>
    listWebhooks({ query: { ...query, cursor }, signal }),
  );
}

export const schedulerOptions = () => ({ ...getSchedulerOptions(), refetchInterval: 10_000 });

export const instanceSchedulerOptions = () => ({ ...getInstanceSchedulerOptions(), refetchInterval: 10_000 });

export const providerAppsOptions = () => listProviderAppsOptions();

export function useCheckApp(provider: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => checkProviderApp({ path: { provider } }),
    meta: { inline: true },
    onSuccess: ({ data }) => {
      const replace = (old: { data: ProviderApp[] } | undefined) =>
        old && { data: old.data.map((app) => (app.provider === provider ? data : app)) };
      client.setQueryData(listProviderAppsQueryKey(), replace);
    },
  });
}

export const bundlesOptions = () =>
  pages(listSupportBundlesQueryKey(), (cursor, signal) => listSupportBundles({ query: { cursor }, signal }));

export const bundleOptions = (bundleId: string) => getSupportBundleOptions({ path: { bundle_id: bundleId } });

/** A plain link: the session's cookie goes with it, and the browser shows the download. */
export const bundleFile = (bundleId: string) => `/v1/diagnostics/support-bundle/${bundleId}/download`;

export function useMakeBundle() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BundleRequest) => createSupportBundle({ body }),
    meta: { inline: true },
    onSuccess: async ({ data }) => {
      client.setQueryData(getSupportBundleQueryKey({ path: { bundle_id: data.id } }), data);
      await client.invalidateQueries({ queryKey: listSupportBundlesQueryKey() });
    },
  });
}

export function useDeleteBundle() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (bundleId: string) => deleteSupportBundle({ path: { bundle_id: bundleId } }),
    onSettled: () => client.invalidateQueries({ queryKey: listSupportBundlesQueryKey() }),
  });
}
