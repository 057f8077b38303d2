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
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { pages } from '../../lib/pages.ts';
import type {
  OutreachChange,
  OutreachCopy,
  OutreachDetail,
  OutreachRecipient,
  OutreachRecipientDraft,
  OutreachStepDraft,
} from '../../lib/types.ts';
import type { ListSearch } from './search.ts';

/** `etag`: of the state that was read; a change of something older is refused. */
export type Versioned = OutreachDetail & { etag: string };

const path = (campaign_id: string) => ({ campaign_id });
export const versioned = ({ data, response }: { data: OutreachDetail; response?: Response }): Versioned => ({
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

export const anyList = () => listOutreachCampaignsQueryKey();

type Mapping = Record<string, string>;
type File = { file_name: string; content: string };
const entry = (id: string, account_id: string) => ({ path: { ...path(id), account_id } });
const person = (id: string, recipient_id: string) => ({ path: { ...path(id), recipient_id } });
const file = (id: string, import_id: string, mapping: Mapping) => ({
  path: { ...path(id), import_id },
  body: { mapping },
});

/** What changes something; the first argument is the campaign. */
export const calls = {
  create: (name: string) => createOutreachCampaign({ body: { name } }),
  copy: (id: string, body: OutreachCopy) => copyOutreachCampaign({ path: path(id), body }),
  remove: (id: string) => deleteOutreachCampaign({ path: path(id) }),
  archive: (id: string) => archiveOutreachCampaign({ path: path(id) }),
  start: (id: string, skip_missing: boolean) => startOutreachCampaign({ path: path(id), body: { skip_missing } }),
  pause: (id: string) => pauseOutreachCampaign({ path: path(id) }),
  resume: (id: string) => resumeOutreachCampaign({ path: path(id) }),
  resumeAll: (campaign_ids: string[]) => resumeOutreachCampaigns({ body: { campaign_ids } }),
  setOptions: (id: string, etag: string, body: OutreachChange) =>
    updateOutreachCampaign({ path: path(id), headers: { 'if-match': etag }, body }),
  setSteps: (id: string, etag: string, steps: OutreachStepDraft[]) =>
    setOutreachSteps({ path: path(id), headers: { 'if-match': etag }, body: { steps } }),
  addAccount: (id: string, mailbox_id: string) => addOutreachAccount({ path: path(id), body: { mailbox_id } }),
  removeAccount: (id: string, account: string) => removeOutreachAccount(entry(id, account)),
  reAdd: (id: string, account: string) => reAddOutreachAccount(entry(id, account)),
  addRecipients: (id: string, recipients: OutreachRecipientDraft[]) =>
    addOutreachRecipients({ path: path(id), body: { recipients } }),
  removeRecipient: (id: string, recipient: string) => removeOutreachRecipient(person(id, recipient)),
  skip: (id: string, recipient: string) => skipOutreachRecipient(person(id, recipient)),
  unskip: (id: string, recipient: string) => unskipOutreachRecipient(person(id, recipient)),
  upload: (id: string, body: File) => uploadOutreachImport({ path: path(id), body }),
  tryImport: (id: string, of: string, mapping: Mapping) => checkOutreachImport(file(id, of, mapping)),
  runImport: (id: string, of: string, mapping: Mapping) => runOutreachImport(file(id, of, mapping)),
};
