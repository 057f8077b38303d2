/** The sender's own browser must not count as a reader: the picture that goes into a draft is not loaded in Gmail's tab. */
import { settings } from './store.ts';

const RULE = 1;

/** Until the browser ends; said again each time the worker starts, and when the server changes. */
export async function blockOwnPicture(): Promise<void> {
  const { server } = await settings();
  const condition = {
    urlFilter: `|${server}/t/o/`,
    initiatorDomains: ['mail.google.com'],
    resourceTypes: ['image' as const],
  };
  const rule = { id: RULE, action: { type: 'block' as const }, condition };
  await chrome.declarativeNetRequest.updateSessionRules({ removeRuleIds: [RULE], addRules: [rule] });
}
