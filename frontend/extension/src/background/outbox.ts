/** Which mails are on their way, by compose window, so that a try after a lost answer is the same try. */
import { exclusive } from './exclusive.ts';
import { type Entry, keep, kept } from './store.ts';

const DAYS_MS = 4 * 86_400_000; // the server keeps the answers to repeated requests for 96 hours
const MOST = 200;

/**
 * By its window, else by its content: after a reload of the tab the same draft may stand in another window. Without a
 * digest only the window counts, for those who send the same mail once more on purpose.
 */
export async function find(compose: string, kind: Entry['kind'], digest: string | null): Promise<Entry | null> {
  const entries = ((await kept('outbox')) ?? []).filter((one) => one.kind === kind);
  return entries.find((one) => one.compose === compose) ?? entries.find((one) => one.digest === digest) ?? null;
}

/** Takes the place of what was known of this window. */
export const put = (entry: Entry): Promise<void> =>
  change((entries) => [entry, ...entries.filter((one) => !isSame(one, entry))]);

export const remove = (entry: Entry): Promise<void> =>
  change((entries) => entries.filter((one) => !isSame(one, entry)));

const isSame = (one: Entry, other: Entry): boolean => one.compose === other.compose && one.kind === other.kind;

function change(how: (entries: Entry[]) => Entry[]): Promise<void> {
  return exclusive('outbox', async () => {
    const young = ((await kept('outbox')) ?? []).filter((one) => Date.now() - one.at < DAYS_MS);
    await keep('outbox', how(young).slice(0, MOST));
  });
}
