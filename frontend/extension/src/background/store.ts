/** What is kept, and where. Pages of the web and content scripts can read none of it: see `lockStorage`. */

import type { Settings, Status } from '../shared/protocol.ts';

/** Set when the package is built. */
declare const __SERVER__: string;

/** Survives a restart of the browser. The refresh token belongs to one server and is shown to no other. */
export type Grant = { server: string; refresh: string };
/** In memory only; gone with the browser. `until` in milliseconds. */
export type Access = { server: string; token: string; until: number };
/** A mail that is being handed over: kept so that a second try never makes a second mail. No text of it is kept. */
export type Entry = {
  compose: string;
  digest: string;
  key: string;
  message: string | null;
  kind: 'send' | 'track';
  at: number;
};
/** From which tab of Gmail the setup was opened. */
export type Origin = { setup: number; gmail: number };

/** Tracked mails that Gmail took and the server has not heard of yet: their ids, and since when. */
export type Report = { message: string; at: number };

type Local = { settings: Settings; grant: Grant; ended: boolean; outbox: Entry[]; reports: Report[] };
type Session = { access: Access; status: Status & { server: string }; origins: Origin[]; last_trouble: string };

/** Both are readable by content scripts or not at the browser's own mind, so it is said each time we start. */
export async function lockStorage(): Promise<void> {
  await chrome.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' });
  await chrome.storage.session.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' });
}

async function read<T>(area: chrome.storage.StorageArea, name: string): Promise<T | null> {
  const found: Record<string, unknown> = await area.get(name);
  return (found[name] as T | undefined) ?? null;
}

export const kept = <K extends keyof Local>(name: K) => read<Local[K]>(chrome.storage.local, name);
export const keep = <K extends keyof Local>(name: K, value: Local[K]) => chrome.storage.local.set({ [name]: value });
export const forget = (...names: (keyof Local)[]) => chrome.storage.local.remove(names);

export const held = <K extends keyof Session>(name: K) => read<Session[K]>(chrome.storage.session, name);
export const hold = <K extends keyof Session>(name: K, value: Session[K]) =>
  chrome.storage.session.set({ [name]: value });
export const drop = (...names: (keyof Session)[]) => chrome.storage.session.remove(names);

export async function settings(): Promise<Settings> {
  return (await kept('settings')) ?? { server: __SERVER__, device: deviceName() };
}

function deviceName(): string {
  const agent = navigator.userAgent;
  const systems: [RegExp, string][] = [
    [/CrOS/, 'ChromeOS'],
    [/Windows/, 'Windows'],
    [/Mac OS X/, 'macOS'],
    [/Linux/, 'Linux'],
  ];
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1];
  return system ? `Chrome on ${system}` : 'Chrome';
}
