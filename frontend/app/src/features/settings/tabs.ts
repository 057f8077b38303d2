export const TABS = ['account', 'email', 'organization', 'integrations', 'alerts'] as const;
export type SettingsTab = (typeof TABS)[number];
