import type { Integration } from './types.ts';

type Able = Pick<Integration, 'capabilities'>;

/** What a provider is to us; the API says it, so that no page keeps a list of names. */
export const listsCampaigns = (one: Able) => one.capabilities.includes('campaigns');
export const isMailbox = (one: Able) => one.capabilities.includes('mailbox');
export const takesSlot = (one: Able) => isMailbox(one) || one.capabilities.includes('sending');
export const derivesFigures = (one: Able) => one.capabilities.includes('derived_figures');

/** Signed in to with a password, so connected here and not on a provider's page. */
export const takesPassword = (provider: string) => provider === 'imap';
