/** One after the other for each name. Memory is enough: an extension has one service worker. */
const tails = new Map<string, Promise<unknown>>();

export function exclusive<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = tails.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  const quiet = mine.then(
    () => undefined,
    () => undefined,
  );
  tails.set(name, quiet);
  void quiet.then(() => {
    if (tails.get(name) === quiet) tails.delete(name);
  });
  return mine;
}

/** Whoever asks while it runs gets the same answer. */
export function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}
