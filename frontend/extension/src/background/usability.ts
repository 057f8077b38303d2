/** May I send now? The server's answer, at most a few seconds old here, and asked anew at every send. */
import type { Status } from '../shared/protocol.ts';
import { ask } from './api.ts';
import { shared } from './exclusive.ts';
import { held, hold, settings } from './store.ts';
import { reportRest } from './track.ts';
import { readStatus } from './wire.ts';

/** Windows ask every half minute; with this age an answer that is shown is never older than a minute. */
const FRESH_MS = 15_000;

export async function status(fresh: boolean): Promise<Status> {
  const found = await held('status');
  const { server } = await settings();
  const young = found && found.server === server && Date.now() - found.at < FRESH_MS;
  return young && !fresh ? found : await askStatus();
}

const askStatus = shared(async (): Promise<Status> => {
  const { server } = await settings();
  const at = Date.now(); // before the question: the answer is at least as new
  const found = readStatus(await ask('/v1/sending/usability'), at);
  await hold('status', { ...found, server });
  void reportRest().catch(() => undefined);
  return found;
});
