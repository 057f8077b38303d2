import { useEffect, useState } from 'react';

/** "14 min 5 s": how long a countdown still runs. */
export function waitWords(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

export const secondsUntil = (instant: number, now = Date.now()) => Math.max(0, Math.ceil((instant - now) / 1000));

/** Whole seconds until an instant (ms since 1970), counted down while somebody looks. */
export function useSecondsLeft(instant: number): number {
  const [left, setLeft] = useState(() => secondsUntil(instant));
  useEffect(() => {
    setLeft(secondsUntil(instant));
    if (instant <= Date.now()) return;
    const timer = window.setInterval(() => {
      const now = secondsUntil(instant);
      setLeft(now);
      if (now === 0) window.clearInterval(timer);
    }, 500);
    return () => window.clearInterval(timer);
  }, [instant]);
  return left;
}
