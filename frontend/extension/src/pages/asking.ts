/** What both pages share: asking the service worker, and showing how things stand. */
import { make, say } from '../shared/dom.ts';
import { Failure, troubleOf } from '../shared/failure.ts';
import type { Act, FromPages, Overview, Reply, Trouble } from '../shared/protocol.ts';

export async function ask<K extends keyof FromPages>(
  kind: K,
  what: FromPages[K]['ask'],
): Promise<FromPages[K]['answer']> {
  const reply: Reply<K> = await chrome.runtime.sendMessage({ kind, ask: what });
  if (reply.ok) return reply.value;
  throw new Failure(reply.trouble);
}

export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found as T;
}

export const button = (text: string, work: () => void, main = false): HTMLButtonElement =>
  make('button', { type: 'button', class: main ? 'main' : '', text, on: { click: work } });

/** What is in the way, with its button. */
export function showTrouble(what: Trouble | null, again: () => void): void {
  const box = byId('trouble');
  box.hidden = what === null;
  if (what === null) return;
  const act = what.act && isForPages(what.act) ? [button(what.act.label, () => void doIt(what.act, again))] : [];
  box.replaceChildren(make('strong', { text: what.title }), make('p', { text: what.detail }), ...act);
}

const isForPages = (act: Act): boolean => ['open', 'sign_in', 'retry'].includes(act.does);

export async function doIt(act: Act | null, again: () => void): Promise<void> {
  if (act?.does === 'open') await ask('page_open', { place: act.place });
  if (act?.does === 'sign_in') return await signIn(again);
  again();
}

export async function signIn(again: () => void): Promise<void> {
  say(byId('line'), 'A window of your server opens…');
  try {
    await ask('page_sign_in', null);
  } catch (error) {
    return showFailed(error, again);
  }
  again();
}

export async function signOut(again: () => void): Promise<void> {
  const { told } = await ask('sign_out', null);
  again();
  if (!told) say(byId('line'), 'Signed out here. The server could not be told: end this browser under Devices, too.');
}

function showFailed(error: unknown, again: () => void): void {
  const trouble = troubleOf(error);
  say(byId('line'), trouble.title);
  showTrouble(trouble, again);
}

export function lineOf(found: Overview): string {
  if (found.account === null) return found.trouble?.title ?? 'Not signed in.';
  return found.trouble ? found.trouble.title : 'Ready to send and track.';
}
