export const TABS = ['articles', 'contact', 'requests'] as const;
export type Tab = (typeof TABS)[number];

/** `error`, `reference`: of an error that led here. */
export type HelpSearch = {
  tab?: Tab | undefined;
  q?: string | undefined;
  error?: string | undefined;
  reference?: string | undefined;
};

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

export const readHelpSearch = (raw: Record<string, unknown>): HelpSearch => ({
  tab: TABS.find((tab) => tab === raw['tab']),
  q: text(raw['q']),
  error: text(raw['error']),
  reference: text(raw['reference']),
});
