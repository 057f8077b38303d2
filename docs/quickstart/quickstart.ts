// Mailwarden API in TypeScript, without packages. Node 22 or newer: MAILWARDEN_URL=… MAILWARDEN_API_KEY=… node quickstart.ts
import { randomUUID } from 'node:crypto';

const server = process.env['MAILWARDEN_URL'];
const key = process.env['MAILWARDEN_API_KEY'];

interface Page<T> {
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}
interface Problem {
  code: string;
  detail: string;
  request_id: string;
}

/** Waits where the server says so; anything else that went wrong has a stable code and a reference. */
async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const answer = await fetch(server + path, {
      method,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const wait = answer.headers.get('retry-after');
    if (wait !== null) {
      await new Promise((done) => setTimeout(done, Number(wait) * 1000));
      continue;
    }
    if (!answer.ok) {
      const problem = (await answer.json()) as Problem;
      throw new Error(`${problem.code}: ${problem.detail} (${problem.request_id})`);
    }
    return answer;
  }
  throw new Error('still refused after five tries');
}

async function get<T>(path: string): Promise<T> {
  return (await (await call('GET', path)).json()) as T;
}

/** All pages of a list. */
async function* every<T>(path: string): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const page: Page<T> = await get(`${path}?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    yield* page.data;
    cursor = page.has_more ? page.next_cursor : null;
  } while (cursor);
}

// 1. Who am I, and what may this key do?
const me = await get<{ organization: { name: string }; permissions: string[] }>('/v1/me');
console.log('organization:', me.organization.name);
console.log('may:', me.permissions.join(', '));

// 2. Which integrations need somebody?
const connections = await get<{ data: { provider: string; status: string }[] }>('/v1/connections');
for (const one of connections.data) console.log('connection:', one.provider, one.status);

// 3. All campaigns, page by page.
let campaigns = 0;
for await (const _ of every('/v1/campaigns')) campaigns += 1;
console.log('campaigns:', campaigns);

// 4. What happened: keep `next_cursor` and come back with it, nothing is missed.
const events = await get<Page<unknown>>('/v1/events');
console.log('events:', events.data.length, 'next:', events.next_cursor !== null);

// 5. A change: the ETag makes sure that nobody else changed it meanwhile, the key that it happens once.
const etag = (await call('GET', '/v1/organization')).headers.get('etag') ?? '';
const once = { 'If-Match': etag, 'Idempotency-Key': randomUUID() };
const changed = await call('PATCH', '/v1/organization', { time_zone: 'Europe/Vienna' }, once);
const again = await call('PATCH', '/v1/organization', { time_zone: 'Europe/Vienna' }, once);
const organization = (await changed.json()) as { time_zone: string };
console.log('time zone:', organization.time_zone, 'repeated:', again.headers.get('idempotency-replayed'));
