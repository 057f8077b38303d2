import { Spoken } from '../../components/spoken.tsx';

/** Of a switch: seen beside its heading it needs no more than the word; heard alone it does. */
export function OnLabel({ of }: { of: string }) {
  return (
    <>
      On<Spoken>: {of}</Spoken>
    </>
  );
}
