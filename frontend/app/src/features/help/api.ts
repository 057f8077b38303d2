import { closeSupportRequest, createSupportRequest, listSupportRequests } from '@mailwarden/api-client';
import {
  getHelpArticleOptions,
  getSupportOptions,
  getSupportRequestOptions,
  listHelpArticlesOptions,
  listSupportRequestsQueryKey,
} from '@mailwarden/api-client/react-query';
import { useChange } from '../../lib/change.ts';
import { pages } from '../../lib/pages.ts';
import type { SupportRequestIn } from '../../lib/types.ts';

export const articlesOptions = (q: string) => ({ ...listHelpArticlesOptions({ query: { q } }), staleTime: 60_000 });
export const articleOptions = (slug: string) => getHelpArticleOptions({ path: { slug } });
export const deskOptions = () => ({ ...getSupportOptions(), staleTime: 60_000 });
export const requestOptions = (request_id: string) => getSupportRequestOptions({ path: { request_id } });

export const requestsOptions = () =>
  pages(listSupportRequestsQueryKey(), (cursor, signal) => listSupportRequests({ query: { cursor }, signal }));

export const useSendRequest = () =>
  useChange(
    async (body: SupportRequestIn) => (await createSupportRequest({ body })).data,
    () => [listSupportRequestsQueryKey()],
  );

export const useCloseRequest = (request_id: string) =>
  useChange(
    () => closeSupportRequest({ path: { request_id } }),
    () => [listSupportRequestsQueryKey(), requestOptions(request_id).queryKey],
  );

/** A plain link: the session's cookie goes with it, and the browser shows the download. */
export const attachmentFile = (requestId: string, attachmentId: string) =>
  `/v1/support/requests/${requestId}/attachments/${attachmentId}`;
