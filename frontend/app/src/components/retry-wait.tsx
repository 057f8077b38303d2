import { useState } from 'react';
import { secondsUntil, useSecondsLeft, waitWords } from '../lib/wait.ts';

/** Counts down for the eye; a screen reader hears the wait once, and that it is over. */
export function RetryWait({ until }: { until: number }) {
  const [whole] = useState(() => waitWords(secondsUntil(until)));
  const left = useSecondsLeft(until);
  if (left === 0) return <>You can try again now.</>;
  return (
    <>
      <span aria-hidden className="tnum">
        You can try again in {waitWords(left)}.
      </span>
      <span className="sr-only">You can try again in {whole}.</span>
    </>
  );
}
