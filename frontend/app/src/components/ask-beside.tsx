import { useMayAsk, type Wanted } from '../lib/wishes.ts';
import { AskOwner } from './ask-owner.tsx';

/** Beside a control that is closed: nothing, where it is not the role that closes it. */
export default function AskBeside({ wish, size }: { wish: Wanted; size?: 'xs' | 'sm' }) {
  return useMayAsk(wish) ? <AskOwner wish={wish} {...(size && { size })} /> : null;
}
