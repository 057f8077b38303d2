import {
  createApiKey,
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listEvents,
  listWebhookDeliveries,
  replayWebhookDeliveries,
  replayWebhookDelivery,
  revokeApiKey,
  revokeDeviceAccess,
  rotateApiKey,
  rotateWebhookSecret,
  sendWebhookTest,
  updateWebhookEndpoint,
} from '@mailwarden/api-client';
import {
  getWebhookDeliveryOptions,
  getWebhookDeliveryQueryKey,
  getWebhookEndpointOptions,
  getWebhookEndpointQueryKey,
  listApiKeysOptions,
  listApiKeysQueryKey,
  listApiScopesOptions,
  listDevicesOptions,
  listDevicesQueryKey,
  listEventsQueryKey,
  listEventTypesOptions,
  listIntegrationsOptions,
  listWebhookDeliveriesQueryKey,
  listWebhookEndpointsOptions,
  listWebhookEndpointsQueryKey,
} from '@mailwarden/api-client/react-query';
import { useChange } from '../../lib/change.ts';
import { pages } from '../../lib/pages.ts';
import type { Endpoint, EventType } from '../../lib/types.ts';
import type { DeliverySearch, EventFilter } from './search.ts';

export const keysOptions = () => listApiKeysOptions();
export const scopesOptions = () => ({ ...listApiScopesOptions(), staleTime: 60_000 });
export const devicesOptions = () => listDevicesOptions();
export const eventTypesOptions = () => ({ ...listEventTypesOptions(), staleTime: 60 * 60_000 });
export const accountsOptions = () => listIntegrationsOptions();
export const endpointsOptions = () => ({ ...listWebhookEndpointsOptions(), refetchInterval: 15_000 });
export const endpointOptions = (endpoint_id: string) => ({
  ...getWebhookEndpointOptions({ path: { endpoint_id } }),
  refetchInterval: 10_000,
});

export const useCreateKey = () =>
  useChange(
    async (body: { name: string; scopes: string[]; expires_at: string | null; allowed_ips: string[] }) =>
      (await createApiKey({ body })).data,
    () => [listApiKeysQueryKey()],
  );

export const useRotateKey = (key_id: string) =>
  useChange(
    async (overlap_hours: number) => (await rotateApiKey({ path: { key_id }, body: { overlap_hours } })).data,
    () => [listApiKeysQueryKey()],
  );

export const useRevokeKey = (key_id: string) =>
  useChange(
    () => revokeApiKey({ path: { key_id } }),
    () => [listApiKeysQueryKey()],
  );

export const useRevokeDevice = (device_id: string) =>
  useChange(
    () => revokeDeviceAccess({ path: { device_id } }),
    () => [listDevicesQueryKey()],
  );

/** Looked at from the newest; programs read from the oldest. */
export function eventsOptions({ type, account }: EventFilter) {
  const query = { type: type ? [type as EventType] : undefined, connection_id: account, order: 'desc' as const };
  const log = pages(listEventsQueryKey({ query }), async (cursor, signal) => {
    const { data } = await listEvents({ query: { ...query, cursor }, signal });
    return { data: { ...data, next_cursor: data.has_more ? data.next_cursor : null } };
  });
  return log;
}

export type EndpointDraft = { url: string; description: string; event_types: EventType[] };

const ofEndpoint = (endpoint_id: string) => () => [
  listWebhookEndpointsQueryKey(),
  getWebhookEndpointQueryKey({ path: { endpoint_id } }),
  listWebhookDeliveriesQueryKey({ path: { endpoint_id } }),
];

export const useCreateEndpoint = () =>
  useChange(
    async (body: EndpointDraft) => (await createWebhookEndpoint({ body })).data,
    () => [listWebhookEndpointsQueryKey()],
  );

const version = (endpoint: Endpoint) => ({ 'if-match': `"v${endpoint.version}"` });

export const useUpdateEndpoint = (endpoint: Endpoint) =>
  useChange(
    (body: Partial<EndpointDraft> & { enabled?: boolean }) =>
      updateWebhookEndpoint({ path: { endpoint_id: endpoint.id }, headers: version(endpoint), body }),
    ofEndpoint(endpoint.id),
  );

export const useDeleteEndpoint = (endpoint: Endpoint) =>
  useChange(
    () => deleteWebhookEndpoint({ path: { endpoint_id: endpoint.id }, headers: version(endpoint) }),
    () => [listWebhookEndpointsQueryKey()],
  );

export const useRotateSecret = (endpoint_id: string) =>
  useChange(async () => (await rotateWebhookSecret({ path: { endpoint_id } })).data, ofEndpoint(endpoint_id));

export const useSendTest = (endpoint_id: string) =>
  useChange(async () => (await sendWebhookTest({ path: { endpoint_id } })).data, ofEndpoint(endpoint_id));

export const useReplayAll = (endpoint_id: string) =>
  useChange(
    async (since: string) => (await replayWebhookDeliveries({ path: { endpoint_id }, body: { since } })).data.replayed,
    ofEndpoint(endpoint_id),
  );

export function deliveriesOptions(endpoint_id: string, { status, type }: DeliverySearch) {
  const path = { endpoint_id };
  const query = { status, event_type: type as EventType | undefined };
  return {
    ...pages(listWebhookDeliveriesQueryKey({ path, query }), (cursor, signal) =>
      listWebhookDeliveries({ path, query: { ...query, cursor }, signal }),
    ),
    refetchInterval: 10_000,
  };
}

/** Followed until it is known what came of it. */
export const deliveryOptions = (endpoint_id: string, delivery_id: string) => ({
  ...getWebhookDeliveryOptions({ path: { endpoint_id, delivery_id } }),
  refetchInterval: (query: { state: { data?: { status: string } | undefined } }) =>
    query.state.data?.status === 'pending' ? 2_000 : (false as const),
});

export const useReplay = (endpoint_id: string, delivery_id: string) =>
  useChange(
    () => replayWebhookDelivery({ path: { endpoint_id, delivery_id } }),
    () => [...ofEndpoint(endpoint_id)(), getWebhookDeliveryQueryKey({ path: { endpoint_id, delivery_id } })],
  );
