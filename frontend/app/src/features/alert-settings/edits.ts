import { useState } from 'react';
import { problemCode } from '../../lib/problem.ts';

/**
 * What somebody typed, over what is saved: only fields that they touched, so that what others save meanwhile is kept.
 * `version`: the one that was seen when the typing began; a save over a newer one is refused and told.
 */
export function useEdits<T extends object>(saved: T, current: number) {
  const [edits, setEdits] = useState<Partial<T>>({});
  const [seen, setSeen] = useState<number | null>(null);
  const value = { ...saved, ...edits };
  const changed = (Object.keys(edits) as (keyof T)[]).filter((key) => !same(value[key], saved[key]));
  return {
    value,
    changed,
    dirty: changed.length > 0,
    version: changed.length > 0 ? (seen ?? current) : current,
    change(patch: Partial<T>) {
      if (changed.length === 0) setSeen(current);
      setEdits({ ...edits, ...patch });
    },
    /** One's own save of another part is no surprise. */
    follow: (version: number) => setSeen(version),
    /** Refused once, and what is saved now stands beside it: the next try is meant. */
    refused: (error: unknown) => isOutdated(error) && setSeen(null),
    discard() {
      setEdits({});
      setSeen(null);
    },
  };
}

export type Edits<T extends object> = ReturnType<typeof useEdits<T>>;

export const isOutdated = (error: unknown) => problemCode(error) === 'precondition_failed';
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
