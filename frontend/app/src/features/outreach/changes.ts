import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { toBase64 } from '../../lib/files.ts';
import type {
  OutreachChange,
  OutreachCopy,
  OutreachDetail,
  OutreachRecipientDraft,
  OutreachStepDraft,
} from '../../lib/types.ts';
import { anyList, calls, campaignOptions, type Versioned, versioned } from './api.ts';

type Answer = Promise<{ data: OutreachDetail; response?: Response }>;
type Mapping = Record<string, string>;

/** A change that answers with the campaign as it is then. */
function useCampaignChange<Body = void>(id: string, call: (body: Body) => Answer) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: Body) => versioned(await call(body)),
    meta: { inline: true },
    onSuccess: (changed) => remember(client, changed),
    onError: () => client.invalidateQueries({ queryKey: campaignOptions(id).queryKey }),
  });
}

/** A change of what a campaign holds, which answers with something of its own. */
function useContentChange<Body, Data>(id: string, call: (body: Body) => Promise<{ data: Data }>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: Body) => (await call(body)).data,
    meta: { inline: true },
    onSettled: () => refresh(client, id),
  });
}

/** A campaign that was not there before. */
function useMaking<Body>(call: (body: Body) => Answer) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: Body) => versioned(await call(body)),
    meta: { inline: true },
    onSuccess: (made) => remember(client, made),
  });
}

async function remember(client: QueryClient, changed: Versioned): Promise<void> {
  client.setQueryData(campaignOptions(changed.id).queryKey, changed);
  await refresh(client, changed.id, false);
}

/** Everything that is told about a campaign; keys of the generated client begin with an object that names the call. */
async function refresh(client: QueryClient, id: string, self = true): Promise<void> {
  const own = campaignOptions(id).queryKey[0] as { _id: string };
  await client.invalidateQueries({
    predicate: ({ queryKey }) => {
      const { _id = '', path: at } = (queryKey[0] ?? {}) as { _id?: string; path?: { campaign_id?: string } };
      if (_id === own._id) return self && at?.campaign_id === id;
      return /outreach|campaignsPaused/i.test(_id) && (at?.campaign_id ?? id) === id;
    },
  });
}

export const useCreate = () => useMaking((name: string) => calls.create(name));
export const useCopy = (id: string) => useMaking((body: OutreachCopy) => calls.copy(id, body));

export const useStart = (id: string) => useCampaignChange(id, (skip: boolean) => calls.start(id, skip));
export const usePause = (id: string) => useCampaignChange(id, () => calls.pause(id));
export const useResume = (id: string) => useCampaignChange(id, () => calls.resume(id));
export const useArchive = (id: string) => useCampaignChange(id, () => calls.archive(id));
export const useAddAccount = (id: string) => useCampaignChange(id, (mailbox: string) => calls.addAccount(id, mailbox));
export const useRemoveAccount = (id: string) =>
  useCampaignChange(id, (account: string) => calls.removeAccount(id, account));
export const useChangeOptions = (id: string) =>
  useCampaignChange(id, ({ etag, body }: { etag: string; body: OutreachChange }) => calls.setOptions(id, etag, body));
export const useSaveSteps = (id: string) =>
  useCampaignChange(id, ({ etag, steps }: { etag: string; steps: OutreachStepDraft[] }) =>
    calls.setSteps(id, etag, steps),
  );

export const useReAdd = (id: string) => useContentChange(id, (account: string) => calls.reAdd(id, account));
export const useAddRecipients = (id: string) =>
  useContentChange(id, (people: OutreachRecipientDraft[]) => calls.addRecipients(id, people));
export const useRemoveRecipient = (id: string) =>
  useContentChange(id, (recipient: string) => calls.removeRecipient(id, recipient));
export const useSkip = (id: string) => useContentChange(id, (recipient: string) => calls.skip(id, recipient));
export const useUnskip = (id: string) => useContentChange(id, (recipient: string) => calls.unskip(id, recipient));
export const useRunImport = (id: string, of: string) =>
  useContentChange(id, (mapping: Mapping) => calls.runImport(id, of, mapping));

export function useDelete(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => calls.remove(id),
    meta: { inline: true },
    onSuccess: () => {
      client.removeQueries({ queryKey: campaignOptions(id).queryKey });
      return client.invalidateQueries({ queryKey: anyList() });
    },
  });
}

export function useResumeAll() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (ids: string[]) => (await calls.resumeAll(ids)).data,
    meta: { inline: true },
    onSettled: (_data, _error, ids) => Promise.all(ids.map((id) => refresh(client, id))),
  });
}

/** These two change nothing yet. */
export function useUpload(id: string) {
  return useMutation({
    mutationFn: async (file: File) =>
      (await calls.upload(id, { file_name: file.name, content: await toBase64(file) })).data,
    meta: { inline: true },
  });
}

export function useCheckImport(id: string, of: string) {
  return useMutation({
    mutationFn: async (mapping: Mapping) => (await calls.tryImport(id, of, mapping)).data,
    meta: { inline: true },
  });
}
