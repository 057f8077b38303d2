import { useRef } from 'react';
import { newKey } from '../../lib/key.ts';
import { isAnswered } from '../../lib/problem.ts';

/** A key for each wish to send: it stays while no answer came, so that trying again after a lost one sends once. */
export function useKey() {
  const key = useRef<string | null>(null);
  const current = () => {
    key.current ??= newKey();
    return key.current;
  };
  const answered = (error?: unknown) => {
    if (error === undefined || isAnswered(error)) key.current = null;
  };
  return { current, answered };
}
