import { useRef } from 'react';
import { newKey } from '../../lib/key.ts';
import { isAnswered } from '../../lib/problem.ts';

/** A key for each wish to send: it stays while no answer came, so that trying again after a lost one sends once. */
export function useKey() {
  const key = useRef<{ key: string; at: string | null } | null>(null);
  const current = (at: string | null) => {
    if (key.current?.at !== at) key.current = null; // at another time is another wish
    key.current ??= { key: newKey(), at };
    return key.current.key;
  };
  const answered = (error?: unknown) => {
    if (error === undefined || isAnswered(error)) key.current = null;
  };
  return { current, answered };
}
