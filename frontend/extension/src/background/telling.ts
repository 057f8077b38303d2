import { CHANGED, GMAIL } from '../shared/protocol.ts';
import { outdate } from './usability.ts';

/** Gmail's tabs ask for the status anew: somebody signed in or out, connected something, or moved to another server. */
export async function tellGmail(): Promise<void> {
  await outdate();
  const tabs = await chrome.tabs.query({ url: `${GMAIL}/*` });
  await Promise.all(tabs.map((tab) => tell(tab.id)));
}

async function tell(tab: number | undefined): Promise<void> {
  if (tab === undefined) return;
  try {
    await chrome.tabs.sendMessage(tab, CHANGED);
  } catch {
    // a tab from before our reload: nobody of ours listens there
  }
}
