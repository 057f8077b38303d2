import {
  addDmarcReport,
  addSendingDomain,
  checkBlocklists,
  deleteSendingDomain,
  getSendingDomain,
  listBlocklistAssets,
  listBlocklistListings,
  listDomainChecks,
  tryDeliverabilityChange,
  updateListingChecklist,
  updateSendingDomain,
  verifyDomain,
} from '@mailwarden/api-client';
import {
  getDomainCheckOptions,
  getSendingDomainQueryKey,
  listBlocklistAssetsQueryKey,
  listBlocklistListingsQueryKey,
  listBlocklistsOptions,
  listBlocklistsQueryKey,
  listDeliverabilityHistoryOptions,
  listDomainChecksQueryKey,
  listDomainSuggestionsOptions,
  listDomainSuggestionsQueryKey,
  listDomainsOptions,
  listDomainsQueryKey,
} from '@mailwarden/api-client/react-query';
import { keepPreviousData, type QueryKey, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { toBase64 } from '../../lib/files.ts';
import { pages } from '../../lib/pages.ts';
import { dayOf } from '../../lib/time.ts';
import type { DmarcReport, DomainChange, DomainDraft, SendingDomain, StepChange, WhatIf } from '../../lib/types.ts';

export const HISTORY_DAYS = 90;

/** Of the history that is shown. */
export const firstDay = () => dayOf(Date.now() - (HISTORY_DAYS - 1) * 86_400_000, 'UTC');

/** One score a day (UTC), newest first. */
export const historyOptions = (domain: string | undefined) =>
  listDeliverabilityHistoryOptions({ query: { domain, first: firstDay(), limit: 100 } });

/** A question, though it is posted: nothing is stored, so the same one need not be asked twice. `asOf`: of which score. */
export const whatIfOptions = (body: WhatIf, asOf: string) =>
  queryOptions({
    queryKey: ['deliverability-what-if', asOf, body],
    queryFn: async ({ signal }) => (await tryDeliverabilityChange({ body, signal })).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

export const domainsOptions = () => ({ ...listDomainsOptions(), refetchInterval: 30_000 });

export const suggestionsOptions = () => listDomainSuggestionsOptions();

/** With the version that a change has to name, which comes beside the answer and not in it. */
export const domainOptions = (domainId: string) =>
  queryOptions({
    queryKey: getSendingDomainQueryKey({ path: { domain_id: domainId } }) as QueryKey,
    queryFn: async ({ signal }) => {
      const { data, response } = await getSendingDomain({ path: { domain_id: domainId }, signal });
      return { domain: data, etag: response.headers.get('etag') };
    },
    // just added or changed: its first look takes some seconds
    refetchInterval: (query) => (query.state.data?.domain.latest ? 30_000 : 3_000),
  });

export function looksOptions(domainId: string) {
  const path = { domain_id: domainId };
  return pages(listDomainChecksQueryKey({ path }), (cursor, signal) =>
    listDomainChecks({ path, query: { cursor, limit: 20 }, signal }),
  );
}

export const lookOptions = (domain_id: string, check_id: string) =>
  getDomainCheckOptions({ path: { domain_id, check_id } });

/** Any change of a domain changes its own page, the list, what is suggested and its history. */
function useDomainChange<V, R>(mutationFn: (value: V) => Promise<R>) {
  const client = useQueryClient();
  const settle = async (domainId?: string) => {
    const path = { domain_id: domainId ?? '' };
    const keys = [listDomainsQueryKey(), listDomainSuggestionsQueryKey(), listDomainChecksQueryKey({ path })];
    if (domainId) keys.push(getSendingDomainQueryKey({ path }) as never);
    await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
  };
  return { settle, mutationFn, meta: { inline: true } };
}

export function useAddDomain() {
  const { settle, ...options } = useDomainChange(async (body: DomainDraft) => (await addSendingDomain({ body })).data);
  return useMutation({ ...options, onSuccess: () => settle() });
}

export function useUpdateDomain(domainId: string, etag: string | null) {
  const { settle, ...options } = useDomainChange((body: DomainChange) =>
    updateSendingDomain({ path: { domain_id: domainId }, headers: { 'if-match': etag ?? '' }, body }),
  );
  return useMutation({ ...options, onSettled: () => settle(domainId) });
}

export function useDeleteDomain(domain: Pick<SendingDomain, 'id'>) {
  const { settle, ...options } = useDomainChange(() => deleteSendingDomain({ path: { domain_id: domain.id } }));
  return useMutation({ ...options, onSuccess: () => settle() });
}

export function useVerifyDomain(domainId: string) {
  const { settle, ...options } = useDomainChange(
    async () => (await verifyDomain({ path: { domain_id: domainId } })).data,
  );
  return useMutation({ ...options, onSettled: () => settle(domainId) });
}

export type BroughtReport = { report: DmarcReport; isNew: boolean };

/** One after the other: the first that is refused ends it. `onBrought` hears of each before it, which is kept. */
export function useAddDmarcReports(domainId: string, onBrought: (one: BroughtReport) => void) {
  const { settle, ...options } = useDomainChange(async (files: File[]) => {
    for (const file of files) {
      const body = { content: await toBase64(file) };
      const { data, response } = await addDmarcReport({ path: { domain_id: domainId }, body });
      onBrought({ report: data, isNew: response.status === 201 });
    }
  });
  return useMutation({ ...options, onSettled: () => settle(domainId) });
}

export const blocklistsOptions = () => ({ ...listBlocklistsOptions(), refetchInterval: 60_000 });

export const assetsOptions = () => ({
  ...pages(listBlocklistAssetsQueryKey(), (cursor, signal) => listBlocklistAssets({ query: { cursor }, signal })),
  refetchInterval: 30_000,
});

export function listingsOptions(status: 'open' | 'ended') {
  const query = { status };
  return pages(listBlocklistListingsQueryKey({ query }), (cursor, signal) =>
    listBlocklistListings({ query: { ...query, cursor }, signal }),
  );
}

export function useTickStep(listingId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: StepChange) => updateListingChecklist({ path: { listing_id: listingId }, body }),
    onSettled: () =>
      client.invalidateQueries({ queryKey: listBlocklistListingsQueryKey({ query: { status: 'open' } }) }),
  });
}

/** The answers come within a minute or two, so what is shown is read anew for a while by itself. */
export function useCheckNow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (asset: string | null) => (await checkBlocklists({ body: { asset } })).data,
    meta: { inline: true },
    onSuccess: () =>
      Promise.all(
        [listBlocklistAssetsQueryKey(), listBlocklistsQueryKey()].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
