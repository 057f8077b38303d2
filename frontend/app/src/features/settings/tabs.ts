export const TABS = ['account', 'email', 'organization', 'integrations'] as const;
export type SettingsTab = (typeof TABS)[number];
