import type { Words } from './words-of.ts';

/** What is typed and not stored on the server yet: it outlives a reload and the way over a provider's page, in this tab. */
type Kept = { etag: string | null; words: Words };

const key = (id: string | null) => `mailwarden.draft.${id ?? 'new'}`;

export const keep = (id: string | null, kept: Kept) => window.sessionStorage.setItem(key(id), JSON.stringify(kept));

export const forget = (id: string | null) => window.sessionStorage.removeItem(key(id));

export function kept(id: string | null): Kept | null {
  const stored = window.sessionStorage.getItem(key(id));
  return stored ? (JSON.parse(stored) as Kept) : null;
}
