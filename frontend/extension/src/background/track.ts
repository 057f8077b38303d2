/** Registers a mail that Gmail itself will send. */
import type { TrackAsk, Tracking } from '../shared/protocol.ts';
import { ask } from './api.ts';
import { exclusive } from './exclusive.ts';
import { requireUsable } from './gate.ts';
import { find, put } from './outbox.ts';
import { digestOf, random } from './pkce.ts';
import { settings } from './store.ts';
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
