import { useEffect, useState } from 'react';

/** What was drawn when a hand came down stays until it is lifted: the brush lets go of it when figures come in between. */
export function useSteady<T>(value: T) {
  const [held, setHeld] = useState<{ value: T }>();
  useEffect(() => {
    if (!held) return;
    const release = () => setHeld(undefined);
    const ends = ['pointerup', 'pointercancel'];
    for (const end of ends) window.addEventListener(end, release);
    return () => {
      for (const end of ends) window.removeEventListener(end, release);
    };
  }, [held]);
  return { value: held ? held.value : value, hold: () => setHeld({ value }) };
}
