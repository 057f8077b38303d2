import { lazy, Suspense } from 'react';
import type { Wanted } from '../lib/wishes.ts';

/** Only those need it who may not do something. */
const IfMayAsk = lazy(async () => ({ default: (await import('./ask-owner.tsx')).IfMayAsk }));

/** Beside a control that is closed: the way to ask for it. Nothing, where it is not the role that closes it. */
export function AskBeside(props: { wish: Wanted; size?: 'xs' | 'sm' }) {
  return (
    <Suspense fallback={null}>
      <IfMayAsk {...props} />
    </Suspense>
  );
}
