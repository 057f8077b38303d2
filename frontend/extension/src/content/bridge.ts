/** The way to the service worker. Once the extension was reloaded this script is an orphan, and says so. */
import { Failure, failure } from '../shared/failure.ts';
import { CHANGED, type FromGmail, type Reply } from '../shared/protocol.ts';

/** False: the extension that put this script here is gone; another may have come, but it cannot be reached from here. */
export const isAlive = (): boolean => typeof chrome !== 'undefined' && chrome.runtime?.id !== undefined;

/** Throws a Failure: what the service worker said, `reloaded`, or `interrupted`. */
export async function ask<K extends keyof FromGmail>(
  kind: K,
  what: FromGmail[K]['ask'],
): Promise<FromGmail[K]['answer']> {
  const reply = await transport(kind, what);
  if (reply.ok) return reply.value;
  throw new Failure(reply.trouble);
}

async function transport<K extends keyof FromGmail>(kind: K, what: FromGmail[K]['ask']): Promise<Reply<K>> {
  if (!isAlive()) throw failure('reloaded');
  try {
    const reply: Reply<K> | undefined = await chrome.runtime.sendMessage({ kind, ask: what });
    if (reply) return reply;
  } catch {
    // told apart below
  }
  throw failure(isAlive() ? 'interrupted' : 'reloaded');
}

export function onChange(changed: () => void): void {
  chrome.runtime.onMessage.addListener((message: unknown, sender) => {
    if (sender.id === chrome.runtime.id && message === CHANGED) changed();
    return false;
  });
}
