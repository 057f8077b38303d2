/** Pages that people are sent to. The addresses are made here, of the server that was set, and of nothing else. */
import { PLACES, type Place } from '../shared/protocol.ts';
import { held, hold, type Origin, settings } from './store.ts';
import { tellGmail } from './telling.ts';

const PATHS: Record<Exclude<Place, 'options'>, string> = {
  setup: '/integrations',
  billing: '/settings/billing',
  messages: '/messages',
  members: '/settings?tab=organization',
  devices: '/developers?tab=devices',
  home: '/',
};
const LANDED = /[?&](connected|reconnected)=/;

export const isPlace = (value: unknown): value is Place => PLACES.some((one) => one === value);

/** `from`: the tab of Gmail to come back to once something was connected. */
export async function openPlace(place: Place, from?: chrome.tabs.Tab): Promise<void> {
  if (place === 'options') return await chrome.runtime.openOptionsPage();
  const { server } = await settings();
  const opened = await chrome.tabs.create({ url: server + PATHS[place], ...(from ? { openerTabId: from.id } : {}) });
  if (place === 'setup' && from?.id !== undefined && opened.id !== undefined) {
    const others = ((await held('origins')) ?? []).filter((one) => one.gmail !== from.id);
    await hold('origins', [...others, { setup: opened.id, gmail: from.id }]);
  }
}

/** Once a provider sent the person back to our pages with a connection, Gmail's tab comes forward again (B30). */
export async function onPageChange(tab: number, url: string | undefined): Promise<void> {
  const origins = (await held('origins')) ?? [];
  const origin = origins.find((one) => one.setup === tab);
  const { server } = await settings();
  if (!origin || !url?.startsWith(`${server}/`) || !LANDED.test(url)) return;
  await forgetTab(tab);
  await comeBack(origin);
}

async function comeBack(origin: Origin): Promise<void> {
  try {
    await chrome.tabs.update(origin.gmail, { active: true });
  } catch {
    return; // that tab was closed
  }
  await tellGmail();
}

export async function forgetTab(tab: number): Promise<void> {
  const origins = (await held('origins')) ?? [];
  const left = origins.filter((one) => one.setup !== tab && one.gmail !== tab);
  if (left.length !== origins.length) await hold('origins', left);
}
