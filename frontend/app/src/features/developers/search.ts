export const TABS = ['keys', 'webhooks', 'events', 'devices'] as const;
export type Tab = (typeof TABS)[number];

/** `type`, `account`: which events are shown. */
export type DevelopersSearch = { tab?: Tab | undefined; type?: string | undefined; account?: string | undefined };
export type EventFilter = Omit<DevelopersSearch, 'tab'>;

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

export const readDevelopersSearch = (raw: Record<string, unknown>): DevelopersSearch => ({
  tab: TABS.find((tab) => tab === raw['tab']),
  type: text(raw['type']),
  account: text(raw['account']),
});

const STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliverySearch = {
  status?: (typeof STATUSES)[number] | undefined;
  type?: string | undefined;
  delivery?: string | undefined;
};

export const readDeliverySearch = (raw: Record<string, unknown>): DeliverySearch => ({
  status: STATUSES.find((one) => one === raw['status']),
  type: text(raw['type']),
  delivery: text(raw['delivery']),
});
