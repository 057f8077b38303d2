import {
  cancelSubscription,
  changePlan,
  createSupportRequest,
  openBillingPortal,
  refreshBilling,
  resumeSubscription,
  startCheckout,
} from '@mailwarden/api-client';
import {
  getBillingOptions,
  getBillingQueryKey,
  getPlanUsageOptions,
  getPlanUsageQueryKey,
  getRefundOptions,
  getRefundQueryKey,
  listInvoicesOptions,
  listInvoicesQueryKey,
  listPlansOptions,
  listPlansQueryKey,
  listRetestsOptions,
  listRetestsQueryKey,
  listSupportRequestsQueryKey,
} from '@mailwarden/api-client/react-query';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { integrationsOptions } from '../../lib/integrations.ts';
import { standingOptions } from '../../lib/standing.ts';
import type { Billing, Refund, Retests } from '../../lib/types.ts';

export const billingOptions = () => ({ ...getBillingOptions(), refetchInterval: 30_000 });
export const plansOptions = () => listPlansOptions();
export const usageOptions = () => getPlanUsageOptions();
export const invoicesOptions = () => listInvoicesOptions();
export const refundOptions = () => getRefundOptions();

/** Followed until every account is tested. `bought`: a moment ago, so that tests are about to begin. */
export const retestsOptions = (bought: boolean) => ({
  ...listRetestsOptions(),
  refetchInterval: (query: { state: { data?: Retests | undefined } }) =>
    query.state.data?.finished === false || bought ? 2_000 : 30_000,
});

/** Rights change at once, so all that shows them is read anew. */
export async function showAnew(client: QueryClient, billing: Billing): Promise<void> {
  client.setQueryData(getBillingQueryKey(), billing);
  client.setQueryData(standingOptions().queryKey, billing.standing);
  const stale = [
    listPlansQueryKey(),
    getPlanUsageQueryKey(),
    listInvoicesQueryKey(),
    getRefundQueryKey(),
    listRetestsQueryKey(),
    integrationsOptions().queryKey,
  ];
  await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
}

function useBillingChange<V>(call: (values: V) => Promise<{ data: Billing }>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (values: V) => (await call(values)).data,
    meta: { inline: true },
    onSuccess: (billing) => showAnew(client, billing),
  });
}

export const useChangePlan = () => useBillingChange((plan: string) => changePlan({ body: { plan } }));
export const useCancel = () => useBillingChange<void>(() => cancelSubscription());
export const useResume = () => useBillingChange<void>(() => resumeSubscription());
/** Asks Stripe now. */
export const useRefresh = () => useBillingChange<void>(() => refreshBilling());

/** Payment happens on Stripe's pages: the whole page goes there and comes back. */
const leaveFor = ({ data }: { data: { url: string } }) => window.location.assign(data.url);

export const useCheckout = () =>
  useMutation({
    mutationFn: (plan: string) => startCheckout({ body: { plan } }),
    meta: { inline: true },
    onSuccess: leaveFor,
  });

export const usePortal = () =>
  useMutation({ mutationFn: () => openBillingPortal(), meta: { inline: true }, onSuccess: leaveFor });

const PATIENCE_MS = 60_000;
const AGAIN_MS = 2_000;

/** Stripe's page leads back a moment before the purchase is known everywhere: asked for until it is, or for a minute. */
export function boughtOptions(client: QueryClient, since: number) {
  return {
    queryKey: ['billing-bought', since],
    queryFn: async () => {
      const { data } = await refreshBilling();
      await showAnew(client, data);
      return data;
    },
    staleTime: 0,
    gcTime: 0,
    refetchInterval: (query: { state: { data?: Billing | undefined } }) =>
      isBought(query.state.data) || isLate(since) ? (false as const) : AGAIN_MS,
  };
}

export const isBought = (billing: Billing | undefined) =>
  billing !== undefined && !['trialing', 'inactive'].includes(billing.standing.status);
export const isLate = (since: number) => Date.now() - since > PATIENCE_MS;

/** A refund is asked for at support, in words that are written already and may be changed. */
export function useAskRefund(refund: Refund) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (description: string) => {
      const { doing = null, page = null } = refund.request ?? {};
      return (await createSupportRequest({ body: { description, doing, page } })).data;
    },
    meta: { inline: true },
    onSuccess: () => client.invalidateQueries({ queryKey: listSupportRequestsQueryKey() }),
  });
}
