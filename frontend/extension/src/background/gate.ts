import { Failure, failure } from '../shared/failure.ts';
import { standing } from '../shared/words.ts';
import { status } from './usability.ts';

/** At the moment of sending: asked anew. Throws what is in the way, in the server's words. */
export async function requireUsable(mailbox: string): Promise<void> {
  const now = await status(true);
  const others = now.others.find((one) => one.id === mailbox)?.trouble;
  if (others && now.trouble?.code !== 'subscription_inactive') throw new Failure(others);
  const chosen = now.mailboxes.find((one) => one.id === mailbox);
  const against = standing(now.trouble, chosen?.trouble ?? null);
  if (against) throw new Failure(against);
  if (!chosen) throw failure('not_connected');
}
