/** May I send now? The server's answer, at most a few seconds old here, and asked anew at every send. */
import type { Status } from '../shared/protocol.ts';
import { ask } from './api.ts';
import { drop, held, hold, settings } from './store.ts';
import { reportRest } from './track.ts';
import { readStatus } from './wire.ts';

/** Windows ask every half minute; with this age an answer that is shown is never older than a minute. */
const FRESH_MS = 15_000;

let running: Promise<Status> | null = null;
/** Counts who is signed in where: an answer to a question from before tells nothing any more. */
let turn = 0;

export async function status(fresh: boolean): Promise<Status> {
  const found = await held('status');
  const { server } = await settings();
  const young = found && found.server === server && Date.now() - found.at < FRESH_MS;
  return young && !fresh ? found : await together();
}

/** Somebody signed in or out, connected something, or chose another server. */
export async function outdate(): Promise<void> {
  turn += 1;
  running = null;
  await drop('status');
}

/** Many who ask at once are one question. */
function together(): Promise<Status> {
  if (running) return running;
  const mine = inTurn();
  running = mine;
  const done = () => {
    if (running === mine) running = null;
  };
  mine.then(done, done);
  return mine;
}

async function inTurn(): Promise<Status> {
  const mine = turn;
  try {
    const found = await askServer(() => mine === turn);
    if (mine === turn) return found;
  } catch (error) {
    if (mine === turn) throw error;
  }
  return await together();
}

async function askServer(counts: () => boolean): Promise<Status> {
  const { server } = await settings();
  const at = Date.now(); // before the question: the answer is at least as new
  const found = readStatus(await ask('/v1/sending/usability'), at);
  if (counts()) await hold('status', { ...found, server });
  void reportRest().catch(() => undefined);
  return found;
}
