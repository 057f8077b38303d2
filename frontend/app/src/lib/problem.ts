import { isProblem } from '@mailwarden/api-client';
import { secondsUntil, waitWords } from './wait.ts';

export type ProblemText = { title: string; detail?: string; requestId?: string };

/** How browsers and Node word a call or a part of the app that did not come; a mistake in a script is a TypeError, too. */
const NOT_REACHED =
  /^(fetch failed|failed to fetch|network ?error|load failed|terminated|error loading dynamically|importing a module script failed|the (internet|network) connection)/i;

export function isOffline(error: unknown): boolean {
  return error instanceof TypeError && NOT_REACHED.test(error.message);
}

/** What a person should read when a call fails: the server's own words where it answered. */
export function problemText(error: unknown): ProblemText {
  if (isProblem(error)) {
    const wait = retryAt(error);
    const detail = wait ? `You can try again in ${waitWords(secondsUntil(wait))}.` : error.detail;
    return { title: error.title, detail: detail ?? undefined, requestId: error.request_id ?? undefined };
  }
  if (isOffline(error)) {
    return { title: 'Can’t reach the server', detail: 'Check your network connection, then try again.' };
  }
  return { title: 'Something went wrong', detail: 'Try again. If it keeps happening, contact support.' };
}

/** The instant (ms since 1970) before which another try is refused, where the server named one. */
export function retryAt(error: unknown): number | undefined {
  if (!isProblem(error)) return undefined;
  const { retry_at: at } = error as { retry_at?: number };
  return error.status === 429 ? at : undefined;
}

/** The server refused; otherwise nobody knows whether it did, or is still doing, what was asked. */
export const isAnswered = (error: unknown): boolean =>
  isProblem(error) && error.status < 500 && error.code !== 'idempotency_key_in_use';

export function problemCode(error: unknown): string | undefined {
  return isProblem(error) ? error.code : undefined;
}

/** What the server adds so that a page can offer the next step. */
export function problemEvidence(error: unknown): Record<string, unknown> {
  return (isProblem(error) && (error.evidence as Record<string, unknown> | null)) || {};
}

/** Field name → message, from JSON pointers such as `#/body/email` or `/email`. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!isProblem(error)) return {};
  const pairs = (error.errors ?? []).map((item) => [item.pointer.split('/').at(-1) ?? '', item.detail] as const);
  return Object.fromEntries(pairs.filter(([field]) => field));
}

/** The same by the whole path inside the body: `imap.host`, for forms with two fields of one name. */
export function pathErrors(error: unknown): Record<string, string> {
  if (!isProblem(error)) return {};
  const path = (pointer: string) => pointer.replace(/^#?\/(body\/)?/, '').replaceAll('/', '.');
  return Object.fromEntries((error.errors ?? []).map((item) => [path(item.pointer), item.detail] as const));
}
