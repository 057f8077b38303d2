import { useSyncExternalStore } from 'react';
import { safePath } from './http.ts';

/** Where somebody was who had to connect an account first (B30). It outlives the provider's page, in this tab only. */
export type WayBack = { path: string; label: string };

const KEY = 'mailwarden.way-back';
const listeners = new Set<() => void>();
const told = () => {
  for (const listener of listeners) listener();
};

export function rememberWayBack(way: WayBack): void {
  window.sessionStorage.setItem(KEY, JSON.stringify(way));
  told();
}

export function forgetWayBack(): void {
  window.sessionStorage.removeItem(KEY);
  told();
}

export function useWayBack(): WayBack | null {
  const stored = useSyncExternalStore(listen, () => window.sessionStorage.getItem(KEY));
  return stored ? parsed(stored) : null;
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function parsed(stored: string): WayBack | null {
  const way: Partial<WayBack> = JSON.parse(stored);
  const path = safePath(way.path);
  return path && typeof way.label === 'string' ? { path, label: way.label } : null;
}
