import {
  confirmAlertAddress,
  listAlertDeliveries,
  previewAlertRules,
  renewAlertWebhookSecret,
  sendTestAlert,
  updateAlertRules,
  updateAlertSettings,
} from '@mailwarden/api-client';
import {
  getAlertSettingsOptions,
  getAlertSettingsQueryKey,
  listAlertDeliveriesQueryKey,
  listAlertRulesOptions,
  listAlertRulesQueryKey,
} from '@mailwarden/api-client/react-query';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { pages } from '../../lib/pages.ts';
import type { AlertDelivery, AlertSettings, AlertSettingsChange, RuleChange } from '../../lib/types.ts';

export type Channel = AlertDelivery['channel'];

export const rulesOptions = () => listAlertRulesOptions();
export const settingsOptions = () => getAlertSettingsOptions();

export const deliveriesOptions = (channel: Channel) =>
  pages(listAlertDeliveriesQueryKey({ query: { channel } }), (cursor, signal) =>
    listAlertDeliveries({ query: { channel, cursor }, signal }),
  );

const tag = (version: number) => ({ 'if-match': `"v${version}"` });

export function useSaveRules() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ version, rules }: { version: number; rules: RuleChange[] }) =>
      (await updateAlertRules({ headers: tag(version), body: { rules } })).data,
    meta: { inline: true },
    onSuccess: (data) => client.setQueryData(listAlertRulesQueryKey(), data),
    onError: () => client.invalidateQueries({ queryKey: listAlertRulesQueryKey() }),
  });
}

export const usePreview = () =>
  useMutation({
    mutationFn: async (rules: RuleChange[]) => (await previewAlertRules({ body: { rules } })).data,
    meta: { inline: true },
  });

export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ version, body }: { version: number; body: AlertSettingsChange }) =>
      (await updateAlertSettings({ headers: tag(version), body })).data,
    meta: { inline: true },
    onSuccess: (data) => {
      client.setQueryData(getAlertSettingsQueryKey(), data);
      return client.invalidateQueries({ queryKey: listAlertRulesQueryKey() });
    },
    onError: () => client.invalidateQueries({ queryKey: getAlertSettingsQueryKey() }),
  });
}

export function useConfirmAddress() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (code: string) => (await confirmAlertAddress({ body: { code } })).data,
    meta: { inline: true },
    onSuccess: (data: AlertSettings) => client.setQueryData(getAlertSettingsQueryKey(), data),
  });
}

export const useRenewSecret = () =>
  useMutation({ mutationFn: async () => (await renewAlertWebhookSecret()).data.secret, meta: { inline: true } });

/** What was sent stands in the log, and in the feed. */
export function useSendTest() {
  const client = useQueryClient();
  const stale = (): QueryKey[] => [getAlertSettingsQueryKey(), listAlertDeliveriesQueryKey()];
  return useMutation({
    mutationFn: async () => (await sendTestAlert()).data.results,
    meta: { inline: true },
    onSuccess: () => Promise.all(stale().map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
