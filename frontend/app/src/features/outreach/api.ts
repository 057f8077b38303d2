import {
  addOutreachAccount,
  addOutreachRecipients,
  archiveOutreachCampaign,
  checkOutreachImport,
  copyOutreachCampaign,
  createOutreachCampaign,
  deleteOutreachCampaign,
  getOutreachCampaign,
  listOutreachCampaigns,
  listOutreachRecipients,
  pauseOutreachCampaign,
  reAddOutreachAccount,
  removeOutreachAccount,
  removeOutreachRecipient,
  resumeOutreachCampaign,
  resumeOutreachCampaigns,
  runOutreachImport,
  setOutreachSteps,
  skipOutreachRecipient,
  startOutreachCampaign,
  unskipOutreachRecipient,
  updateOutreachCampaign,
  uploadOutreachImport,
} from '@mailwarden/api-client';
import {
  checkOutreachCampaignOptions,
  getOutreachCampaignQueryKey,
  getOutreachPaceOptions,
  getOutreachTroubleOptions,
  listCampaignsPausedOptions,
  listMailboxesOptions,
  listOutreachCampaignsOptions,
  listOutreachCampaignsQueryKey,
  listOutreachRecipientsOptions,
  listOutreachRecipientsQueryKey,
  previewOutreachMailOptions,
} from '@mailwarden/api-client/react-query';
import { keepPreviousData, type QueryClient, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { toBase64 } from '../../lib/files.ts';
import { pages } from '../../lib/pages.ts';
import type {
  OutreachChange,
  OutreachDetail,
  OutreachRecipient,
  OutreachRecipientDraft,
  OutreachStepDraft,
} from '../../lib/types.ts';
import type { ListSearch } from './search.ts';

/** `etag`: of the state that was read; a change of something older is refused. */
export type Versioned = OutreachDetail & { etag: string };

const path = (campaign_id: string) => ({ campaign_id });
const versioned = ({ data, response }: { data: OutreachDetail; response?: Response }): Versioned => ({
  ...data,
  etag: response?.headers.get('ETag') ?? '',
});

export function listOptions({ q, state }: ListSearch) {
  const query = { q, state };
  return {
    ...pages(listOutreachCampaignsQueryKey({ query }), (cursor, signal) =>
      listOutreachCampaigns({ query: { ...query, cursor, limit: 50 }, signal }),
    ),
    placeholderData: keepPreviousData,
    refetchInterval: 20_000,
  };
}

export const pausedOptions = () => ({
  ...listOutreachCampaignsOptions({ query: { state: 'paused', limit: 100 } }),
  refetchInterval: 20_000,
});

export const campaignOptions = (id: string) =>
  queryOptions({
    queryKey: [...getOutreachCampaignQueryKey({ path: path(id) }), 'versioned'],
    queryFn: async ({ signal }) => versioned(await getOutreachCampaign({ path: path(id), signal })),
    refetchInterval: 15_000,
  });

export const checkOptions = (id: string) => ({
  ...checkOutreachCampaignOptions({ path: path(id) }),
  staleTime: 0,
  refetchInterval: 30_000,
});

export type PersonFilter = { state?: OutreachRecipient['state'] | undefined; q?: string | undefined };

export function recipientsOptions(id: string, query: PersonFilter) {
  return {
    ...pages(listOutreachRecipientsQueryKey({ path: path(id), query }), (cursor, signal) =>
      listOutreachRecipients({ path: path(id), query: { ...query, cursor, limit: 50 }, signal }),
    ),
    placeholderData: keepPreviousData,
  };
}

/** A few of them, to look at a mail with their eyes and to learn which fields they have. */
export const someRecipientsOptions = (id: string, q?: string) => ({
  ...listOutreachRecipientsOptions({ path: path(id), query: { limit: 50, q: q || undefined } }),
  placeholderData: keepPreviousData,
});

export const previewOptions = (id: string, step: number, recipient_id: string) => ({
  ...previewOutreachMailOptions({ path: path(id), query: { step, recipient_id } }),
  staleTime: 0,
});

export const troubleOptions = (id: string) => ({
  ...getOutreachTroubleOptions({ path: path(id) }),
  refetchInterval: 15_000,
});

export const paceOptions = (id: string) => ({
  ...getOutreachPaceOptions({ path: path(id) }),
  refetchInterval: 30_000,
});

/** What waits because of a connection: shown right after its reconnect (D15). */
export const pausedByOptions = (connection_id: string) => ({
  ...listCampaignsPausedOptions({ path: { connection_id } }),
  staleTime: 0,
  refetchInterval: 15_000,
});

export const mailboxesOptions = () => listMailboxesOptions({ query: { limit: 100 } });

export function useCreate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (name: string) => versioned(await createOutreachCampaign({ body: { name } })),
    meta: { inline: true },
    onSuccess: (made) => remember(client, made),
  });
}

/** A change that answers with the campaign as it is then. */
export function useCampaignChange<Body = void>(
  id: string,
  call: (body: Body) => Promise<{ data: OutreachDetail; response?: Response }>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: Body) => versioned(await call(body)),
    meta: { inline: true },
    onSuccess: (changed) => remember(client, changed),
    onError: () => client.invalidateQueries({ queryKey: campaignOptions(id).queryKey }),
  });
}

/** The same for what a campaign holds: its recipients. */
function useContentChange<Body, Answer>(id: string, call: (body: Body) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: call,
    meta: { inline: true },
    onSettled: () => refresh(client, id),
  });
}

async function remember(client: QueryClient, changed: Versioned): Promise<void> {
  client.setQueryData(campaignOptions(changed.id).queryKey, changed);
  await refresh(client, changed.id, false);
}

/** Everything that is told about a campaign; keys of the generated client begin with an object that names the call. */
export async function refresh(client: QueryClient, id: string, self = true): Promise<void> {
  const own = campaignOptions(id).queryKey[0] as { _id: string };
  await client.invalidateQueries({
    predicate: ({ queryKey }) => {
      const { _id = '', path: at } = (queryKey[0] ?? {}) as { _id?: string; path?: { campaign_id?: string } };
      if (_id === own._id) return self && at?.campaign_id === id;
      return /outreach/i.test(_id) && (at?.campaign_id ?? id) === id;
    },
  });
}

export const useStart = (id: string) =>
  useCampaignChange(id, (skip_missing: boolean) => startOutreachCampaign({ path: path(id), body: { skip_missing } }));
export const usePause = (id: string) => useCampaignChange(id, () => pauseOutreachCampaign({ path: path(id) }));
export const useResume = (id: string) => useCampaignChange(id, () => resumeOutreachCampaign({ path: path(id) }));
export const useArchive = (id: string) => useCampaignChange(id, () => archiveOutreachCampaign({ path: path(id) }));
export const useAddAccount = (id: string) =>
  useCampaignChange(id, (mailbox_id: string) => addOutreachAccount({ path: path(id), body: { mailbox_id } }));
export const useRemoveAccount = (id: string) =>
  useCampaignChange(id, (account_id: string) => removeOutreachAccount({ path: { ...path(id), account_id } }));

export function useReAdd(id: string) {
  return useContentChange(
    id,
    async (account_id: string) => (await reAddOutreachAccount({ path: { ...path(id), account_id } })).data,
  );
}

export function useCopy(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: { name: string; recipients: boolean }) =>
      versioned(await copyOutreachCampaign({ path: path(id), body })),
    meta: { inline: true },
    onSuccess: (made) => remember(client, made),
  });
}

export function useDelete(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => deleteOutreachCampaign({ path: path(id) }),
    meta: { inline: true },
    onSuccess: () => {
      client.removeQueries({ queryKey: campaignOptions(id).queryKey });
      return client.invalidateQueries({ queryKey: listOutreachCampaignsQueryKey() });
    },
  });
}

export const useChangeOptions = (id: string) =>
  useCampaignChange(id, ({ etag, body }: { etag: string; body: OutreachChange }) =>
    updateOutreachCampaign({ path: path(id), headers: { 'if-match': etag }, body }),
  );

export const useSaveSteps = (id: string) =>
  useCampaignChange(id, ({ etag, steps }: { etag: string; steps: OutreachStepDraft[] }) =>
    setOutreachSteps({ path: path(id), headers: { 'if-match': etag }, body: { steps } }),
  );

export function useResumeAll() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (campaign_ids: string[]) => (await resumeOutreachCampaigns({ body: { campaign_ids } })).data,
    meta: { inline: true },
    onSettled: (_data, _error, ids) => Promise.all(ids.map((id) => refresh(client, id))),
  });
}

export const useAddRecipients = (id: string) =>
  useContentChange(
    id,
    async (recipients: OutreachRecipientDraft[]) =>
      (await addOutreachRecipients({ path: path(id), body: { recipients } })).data,
  );

const person = (id: string, recipient_id: string) => ({ path: { ...path(id), recipient_id } });
export const useRemoveRecipient = (id: string) =>
  useContentChange(id, (recipient: string) => removeOutreachRecipient(person(id, recipient)));
export const useSkip = (id: string) =>
  useContentChange(id, (recipient: string) => skipOutreachRecipient(person(id, recipient)));
export const useUnskip = (id: string) =>
  useContentChange(id, (recipient: string) => unskipOutreachRecipient(person(id, recipient)));

type Mapping = Record<string, string>;

export function useUpload(id: string) {
  return useMutation({
    mutationFn: async (file: File) => {
      const body = { file_name: file.name, content: await toBase64(file) };
      return (await uploadOutreachImport({ path: path(id), body })).data;
    },
    meta: { inline: true },
  });
}

export function useCheckImport(id: string, import_id: string) {
  return useMutation({
    mutationFn: async (mapping: Mapping) =>
      (await checkOutreachImport({ path: { ...path(id), import_id }, body: { mapping } })).data,
    meta: { inline: true },
  });
}

export const useRunImport = (id: string, import_id: string) =>
  useContentChange(
    id,
    async (mapping: Mapping) => (await runOutreachImport({ path: { ...path(id), import_id }, body: { mapping } })).data,
  );
