/** Requests to `/v1` in the name of whoever signed in. */
import { Failure, failure } from '../shared/failure.ts';
import type { Trouble } from '../shared/protocol.ts';
import { fields, list, maybe } from '../shared/reading.ts';
import { isKnown, trouble } from '../shared/words.ts';
import { type Answer, fetchJson } from './net.ts';
import { settings } from './store.ts';
import { accessToken, spent } from './tokens.ts';

export type Asking = { method?: 'GET' | 'POST' | 'DELETE'; body?: unknown; key?: string };

/** Pauses before it is asked again: 0.3 s, 1 s. Only what cannot happen twice is asked again. */
const PAUSES_MS = [300, 1000];

/** Throws a Failure in the server's own words. */
export async function ask(path: string, asking: Asking = {}): Promise<unknown> {
  const answer = await patiently(path, asking);
  if (answer.status >= 300) throw new Failure(refusal(answer));
  if (answer.body === null && answer.status !== 204) throw failure('server_failed'); // a page of something in between
  return answer.body;
}

/** An answer that was lost is asked for again, with the same key: the server then repeats what it did. */
async function patiently(path: string, asking: Asking): Promise<Answer> {
  const repeatable = (asking.method ?? 'GET') === 'GET' || asking.key !== undefined;
  for (const pause of repeatable ? PAUSES_MS : []) {
    try {
      const answer = await once(path, asking);
      if (!isPassing(answer)) return answer;
    } catch (error) {
      if (!(error instanceof Failure) || error.trouble.code !== 'unreachable') throw error;
    }
    await new Promise((done) => setTimeout(done, pause));
  }
  return await once(path, asking);
}

const isPassing = (answer: Answer): boolean =>
  answer.status >= 500 || fields(answer.body)['code'] === 'idempotency_key_in_use';

/** A 401 means that nothing was done: once more with a new token. */
async function once(path: string, asking: Asking): Promise<Answer> {
  const { server } = await settings();
  const first = await accessToken(server);
  const answer = await withToken(server, path, asking, first);
  if (answer.status !== 401) return answer;
  await spent(first);
  const again = await withToken(server, path, asking, await accessToken(server));
  if (again.status === 401) throw failure('access_ended');
  return again;
}

function withToken(server: string, path: string, asking: Asking, token: string): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json', authorization: `Bearer ${token}` };
  if (asking.body !== undefined) headers['content-type'] = 'application/json';
  if (asking.key !== undefined) headers['idempotency-key'] = asking.key;
  const body = asking.body === undefined ? null : JSON.stringify(asking.body);
  return fetchJson(server, path, { method: asking.method ?? 'GET', headers, body });
}

/** The title is ours where we know the code, the detail is the server's. */
function refusal(answer: Answer): Trouble {
  const problem = fields(answer.body);
  const code = maybe(problem['code']) ?? byStatus(answer.status);
  const fieldsSaid = list(problem['errors']).flatMap((one) => maybe(fields(one)['detail']) ?? []);
  const detail = [maybe(problem['detail']), ...fieldsSaid].filter((one) => one !== null).join(' ') || null;
  if (isKnown(code)) return trouble(code, detail);
  if (answer.status >= 500 || answer.status === 429) return trouble(byStatus(answer.status), detail);
  return { ...trouble(code, detail), title: maybe(problem['title']) ?? trouble(code).title };
}

function byStatus(status: number): string {
  if (status === 402) return 'subscription_inactive';
  if (status === 403) return 'role_required';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'server_failed' : 'refused';
}
