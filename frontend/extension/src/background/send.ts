/** Hands a mail to the server. However often it is tried, and whatever answers get lost, one compose window makes one mail. */
import { Failure } from '../shared/failure.ts';
import type { Outcome, SendAsk, Taken } from '../shared/protocol.ts';
import { ask } from './api.ts';
import { exclusive } from './exclusive.ts';
import { requireUsable } from './gate.ts';
import { find, put, remove } from './outbox.ts';
import { digestOf, random } from './pkce.ts';
import type { Entry } from './store.ts';
import { messageOut, readMessage, readOutcome } from './wire.ts';

const OVER = new Set(['failed', 'cancelled']); // nothing of it has left: it may be sent anew, under a new key

export const send = (asked: SendAsk): Promise<Taken> => exclusive(`send:${asked.compose}`, () => sendOnce(asked));

async function sendOnce(asked: SendAsk): Promise<Taken> {
  const digest = await digestOf(JSON.stringify([asked.mailbox, asked.mail]));
  const { before, state } = await knownOf(await find(asked.compose, 'send', asked.again ? null : digest));
  const isOver = OVER.has(state);
  if (before?.message && state !== 'draft' && !isOver) return { message: before.message, state, before: true };
  await requireUsable(asked.mailbox);
  const entry = await entryFor(asked, digest, before, isOver);
  const message = entry.message ?? (await create(entry, asked));
  return await handOver({ ...entry, message }, message);
}

/** What the server holds of an earlier try decides, not what we remember of it. A draft that was deleted there is none. */
async function knownOf(before: Entry | null): Promise<{ before: Entry | null; state: string }> {
  if (!before?.message) return { before, state: '' };
  try {
    return { before, state: readMessage(await ask(`/v1/messages/${before.message}`)).state };
  } catch (error) {
    if (!(error instanceof Failure) || error.trouble.code !== 'not_found') throw error;
    await remove(before);
    return { before: null, state: '' };
  }
}

/** The same try once more where nothing changed; else the earlier message goes first, and only then there is another. */
async function entryFor(asked: SendAsk, digest: string, before: Entry | null, isOver: boolean): Promise<Entry> {
  const isSame = before?.digest === digest;
  if (before && isSame && !isOver) return before;
  if (before?.message && !isSame) await withdraw(before.message);
  const message = isSame ? (before?.message ?? null) : null;
  const entry: Entry = { compose: asked.compose, digest, key: random(), message, kind: 'send', at: Date.now() };
  await put(entry);
  return entry;
}

/** Throws if the server will not let it go: then it is on its way after all. */
async function withdraw(message: string): Promise<void> {
  try {
    await ask(`/v1/messages/${message}`, { method: 'DELETE' });
  } catch (error) {
    if (!(error instanceof Failure) || error.trouble.code !== 'not_found') throw error;
  }
}

async function create(entry: Entry, asked: SendAsk): Promise<string> {
  const body = messageOut(asked.mailbox, asked.mail, false);
  const { id } = readMessage(await ask('/v1/messages', { method: 'POST', body, key: `${entry.key}-create` }));
  await put({ ...entry, message: id });
  return id;
}

async function handOver(entry: Entry, message: string): Promise<Taken> {
  try {
    const path = `/v1/messages/${message}/send`;
    const answer = readMessage(await ask(path, { method: 'POST', body: {}, key: `${entry.key}-send` }));
    return { message, state: answer.state, before: false };
  } catch (error) {
    if (error instanceof Failure && error.trouble.code === 'not_found') await remove(entry);
    throw error;
  }
}

/** What became of it. */
export async function outcome(message: string): Promise<Outcome> {
  return readOutcome(await ask(`/v1/messages/${message}`));
}
