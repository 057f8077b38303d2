/** The two ways a mail leaves. Nothing of the draft is taken away before the server has it. */

import { Failure } from '../shared/failure.ts';
import type { SendAsk, TrackAsk } from '../shared/protocol.ts';
import { ask } from './bridge.ts';
import type { ComposeWindow } from './compose.ts';
import { Toast } from './toast.ts';

const CLOSES_WITHIN_MS = 4_000;
const LOOK_MS = 100;

/** So long the draft stays open to see whether it leaves: what fails at once can then be sent from it again. */
const SOON_MS = 6_000;
const ASK_MS = 700;

/** A draft with tracking in it; `putBack` takes that out again. `message`: what it is registered as. */
export type Prepared = { message: string; putBack: () => void };
export type Handed = 'handed over' | 'taken before' | 'changed since' | 'stays open';

/** By the server. The draft in Gmail is discarded only after that: it would be sent a second time by its own button. */
export async function handOver(window: ComposeWindow, asked: SendAsk): Promise<Handed> {
  const taken = await ask('send', asked);
  if (taken.before) return 'taken before';
  await leaves(taken.message);
  void new Toast(asked.mail.subject).follow(taken.message);
  if (window.isOpen() && !isAsSent(window, asked)) return 'changed since';
  window.discard();
  return (await closes(window)) ? 'handed over' : 'stays open';
}

/** Throws why it failed. One that waits for its turn is not waited for. */
async function leaves(message: string): Promise<void> {
  for (let waited = 0; waited < SOON_MS; waited += ASK_MS) {
    const found = await ask('outcome', { message }).catch(() => null);
    if (found?.failed) throw new Failure(found.failed);
    if (found === null || found.ended) return;
    await new Promise((done) => setTimeout(done, ASK_MS));
  }
}

const isAsSent = (window: ComposeWindow, asked: SendAsk): boolean =>
  JSON.stringify(window.read().mail) === JSON.stringify(asked.mail);

/** By Gmail, with links and a picture of ours in it. What cannot be registered stays as it was. */
export async function prepare(window: ComposeWindow, asked: TrackAsk): Promise<Prepared> {
  const tracking = await ask('track', asked);
  return { message: tracking.message, putBack: window.rewrite(tracking) };
}

/** True once Gmail took it. */
export async function sendByGmail(window: ComposeWindow): Promise<boolean> {
  window.send();
  return await closes(window);
}

export async function closes(window: ComposeWindow): Promise<boolean> {
  for (let waited = 0; waited < CLOSES_WITHIN_MS; waited += LOOK_MS) {
    if (!window.isOpen()) return true;
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  return !window.isOpen();
}
