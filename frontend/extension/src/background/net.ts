/** The only place that speaks to the network. Answers are read as far as they are needed and trusted no further. */
import { failure } from '../shared/failure.ts';
import { patternOf } from '../shared/server.ts';

export type Answer = { status: number; body: unknown; headers: Headers };

const PATIENCE_MS = 20_000;
const LARGEST = 2_000_000;

/** Neither cookies nor redirects: an answer from elsewhere is none. Throws `unreachable`, `not_permitted`. */
export async function fetchJson(server: string, path: string, init: RequestInit): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch(server + path, {
      ...init,
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: answer.status, headers: answer.headers, body: parse(await answer.text()) };
  } catch {
    throw failure((await mayReach(server)) ? 'unreachable' : 'not_permitted');
  }
}

function parse(text: string): unknown {
  if (text === '' || text.length > LARGEST) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export async function mayReach(server: string): Promise<boolean> {
  return await chrome.permissions.contains({ origins: [patternOf(server)] });
}

export const postForm = (server: string, path: string, fields: Record<string, string>): Promise<Answer> =>
  fetchJson(server, path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
