/** The two ways a mail leaves. Nothing of the draft is taken away before the server has it. */
import type { Mail } from '../shared/protocol.ts';
import { ask } from './bridge.ts';
import type { ComposeWindow } from './compose.ts';
import { Toast } from './toast.ts';

const CLOSES_WITHIN_MS = 4_000;
const LOOK_MS = 100;

export type Handed = 'handed over' | 'taken before' | 'stays open';

/** By the server. The draft in Gmail is discarded only after that: it would be sent a second time by its own button. */
export async function handOver(window: ComposeWindow, mailbox: string, mail: Mail, again: boolean): Promise<Handed> {
  const taken = await ask('send', { compose: window.id, mailbox, mail, again });
  if (taken.before) return 'taken before';
  void new Toast(mail.subject).follow(taken.message);
  window.discard();
  return (await closes(window)) ? 'handed over' : 'stays open';
}

/** By Gmail, with links and a picture of ours in it. What cannot be registered stays as it was. */
export async function registerTracking(window: ComposeWindow, mailbox: string, mail: Mail): Promise<void> {
  const tracking = await ask('track', { compose: window.id, mailbox, mail });
  const putBack = window.rewrite(tracking);
  try {
    window.send();
  } catch (error) {
    putBack();
    throw error;
  }
}

export async function closes(window: ComposeWindow): Promise<boolean> {
  for (let waited = 0; waited < CLOSES_WITHIN_MS; waited += LOOK_MS) {
    if (!window.isOpen()) return true;
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  return !window.isOpen();
}
