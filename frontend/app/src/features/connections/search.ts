export const TABS = ['overview', 'syncs', 'settings', 'history'] as const;
export type Tab = (typeof TABS)[number];

/** What an integration page shows is in its address; the server adds `connected` or `attempt` after authorization. */
export type IntegrationSearch = {
  account?: string | undefined;
  tab?: Tab | undefined;
  sync?: string | undefined;
  connected?: string | undefined;
  attempt?: string | undefined;
};

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

export function readIntegrationSearch(raw: Record<string, unknown>): IntegrationSearch {
  return {
    account: text(raw['account']),
    tab: TABS.find((tab) => tab === raw['tab']),
    sync: text(raw['sync']),
    connected: text(raw['connected']),
    attempt: text(raw['attempt']),
  };
}
