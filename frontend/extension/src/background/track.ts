/** Registers a mail that Gmail itself will send. */
import { Failure } from '../shared/failure.ts';
import type { TrackAsk, Tracking } from '../shared/protocol.ts';
import { ask } from './api.ts';
import { exclusive } from './exclusive.ts';
import { requireUsable } from './gate.ts';
import { find, put } from './outbox.ts';
import { digestOf, random } from './pkce.ts';
import { keep, kept, type Report, settings } from './store.ts';
import { messageOut, readTracking } from './wire.ts';

export const track = (asked: TrackAsk): Promise<Tracking> =>
  exclusive(`track:${asked.compose}`, () => trackOnce(asked));

/** The same mail of the same window is registered once: its key brings the first answer back. */
async function trackOnce(asked: TrackAsk): Promise<Tracking> {
  const body = messageOut(asked.mailbox, asked.mail, true);
  const digest = await digestOf(JSON.stringify(body));
  await requireUsable(asked.mailbox);
  const before = await find(asked.compose, 'track', digest);
  const key = before && before.digest === digest ? before.key : random();
  await put({ compose: asked.compose, digest, key, message: null, kind: 'track', at: Date.now() });
  const answer = await ask('/v1/messages/tracked', { method: 'POST', body, key });
  return readTracking(answer, (await settings()).server);
}

const LATER = new Set(['unreachable', 'not_permitted', 'server_failed', 'rate_limited', 'signed_out', 'access_ended']);
const WEEK_MS = 7 * 86_400_000;

/** Gmail has taken it. What the server cannot hear now it hears later. */
export async function reportSent(message: string): Promise<null> {
  await change((reports) => [...reports, { message, at: Date.now() }]);
  await reportRest();
  return null;
}

/** Whatever was not heard yet. Reporting twice changes nothing there. */
export async function reportRest(): Promise<void> {
  for (const { message, at } of (await kept('reports')) ?? []) {
    const heard = Date.now() - at > WEEK_MS || (await tell(message, at));
    if (heard) await change((reports) => reports.filter((one) => one.message !== message));
  }
}

/** False: to be told again later. */
async function tell(message: string, at: number): Promise<boolean> {
  try {
    const body = { sent_at: new Date(at).toISOString() };
    await ask(`/v1/messages/${message}/reported`, { method: 'POST', body, key: `reported-${message}` });
    return true;
  } catch (error) {
    return error instanceof Failure && !LATER.has(error.trouble.code);
  }
}

const change = (how: (reports: Report[]) => Report[]): Promise<void> =>
  exclusive('reports', async () => await keep('reports', how((await kept('reports')) ?? [])));
