import { Failure, failure } from '../shared/failure.ts';
import { status } from './usability.ts';

/** At the moment of sending: asked anew. Throws what is in the way, in the server's words. */
export async function requireUsable(mailbox: string): Promise<void> {
  const now = await status(true);
  if (now.trouble) throw new Failure(now.trouble);
  const chosen = now.mailboxes.find((one) => one.id === mailbox);
  if (!chosen) throw failure('not_connected');
  if (chosen.trouble) throw new Failure(chosen.trouble);
}
