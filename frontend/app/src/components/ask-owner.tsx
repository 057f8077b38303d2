import { useAsk, useMayAsk, type Wanted, wishPlace, wishWords } from '../lib/wishes.ts';
import { Asking, CopyMessage } from './asking.tsx';

/** `what`: the message to paste, where the wish alone would say too little. */
type Props = { wish: Wanted; what?: string; size?: 'xs' | 'sm' };

/** For whoever may not do it themselves: one click asks those who may. */
export function AskOwner({ wish, what, size = 'sm' }: Props) {
  const may = useMayAsk(wish);
  const ask = useAsk(wish);
  const words = wishWords(wish);
  const message = `${what ?? `Please ${words} in Mailwarden:`} ${address(wish)}`;
  return may ? (
    <Asking ask={ask} about={words} message={message} size={size} />
  ) : (
    <CopyMessage message={message} size={size} />
  );
}

export function IfMayAsk(props: Props) {
  return useMayAsk(props.wish) ? <AskOwner {...props} /> : null;
}

function address(wish: Wanted): string {
  const { to, search } = wishPlace(wish);
  const query = new URLSearchParams(search).toString();
  return `${window.location.origin}${to}${query && `?${query}`}`;
}
