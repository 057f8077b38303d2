import { listCampaigns, listObservations } from '@mailwarden/api-client';
import {
  getCampaignOptions,
  listCampaignsQueryKey,
  listObservationsQueryKey,
} from '@mailwarden/api-client/react-query';
import { keepPreviousData } from '@tanstack/react-query';
import { pages } from '../../lib/pages.ts';
import { type CampaignSearch, toQuery } from './search.ts';

export function campaignsOptions(search: CampaignSearch, timeZone: string) {
  const query = toQuery(search, timeZone);
  return {
    ...pages(listCampaignsQueryKey({ query }), (cursor, signal) =>
      listCampaigns({ query: { ...query, cursor, limit: 50 }, signal }),
    ),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  };
}

export const campaignOptions = (id: string) => getCampaignOptions({ path: { campaign_id: id } });

export function observationsOptions(id: string) {
  const path = { campaign_id: id };
  return pages(listObservationsQueryKey({ path }), (cursor, signal) =>
    listObservations({ path, query: { cursor }, signal }),
  );
}
