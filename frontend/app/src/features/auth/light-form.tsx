import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { fieldErrors, problemText } from '../../lib/problem.ts';
import { ProblemBox } from './problem-box.tsx';

export type Values = Record<string, string>;
export type Fields = Record<string, string>;

type Props = {
  submit: string;
  /** What is wrong with the values before anybody is asked, by field. */
  check: (values: Values) => Fields;
  send: (values: Values) => Promise<void>;
  /** Field of an error that the server points nowhere with. */
  fieldOf?: (error: unknown) => string | undefined;
  children: (errors: Fields) => ReactNode;
};

type Outcome = { error: unknown; fields: Fields };
const NOTHING: Outcome = { error: null, fields: {} };

/** A form without the component library: errors stand at their fields, the first of them gets the focus. */
export function LightForm({ submit, check, send, fieldOf, children }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [{ error, fields }, setOutcome] = useState<Outcome>(NOTHING);
  const input = (name: string) =>
    form.current?.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name="${name}"]`);

  const refuse = (outcome: Outcome) => {
    setOutcome(outcome);
    setBusy(false);
    const first = Object.keys(outcome.fields)[0];
    if (first) input(first)?.focus();
  };

  const fieldsOf = (failure: unknown): Fields => {
    const named = Object.entries(fieldErrors(failure)).filter(([name]) => input(name));
    const other = fieldOf?.(failure);
    if (other) named.push([other, problemText(failure).detail ?? problemText(failure).title]);
    return Object.fromEntries(named);
  };

  const act = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const values = read(event.currentTarget);
    const wrong = check(values);
    if (Object.keys(wrong).length > 0) return refuse({ error: null, fields: wrong });
    setBusy(true);
    try {
      await send(values);
      setBusy(false);
    } catch (failure) {
      const named = fieldsOf(failure);
      refuse({ error: Object.keys(named).length > 0 ? null : failure, fields: named });
    }
  };

  return (
    <form ref={form} noValidate onSubmit={(event) => void act(event)}>
      {error !== null && <ProblemBox error={error} />}
      {children(fields)}
      <button type="submit" className="auth-submit" aria-disabled={busy}>
        {busy && <span className="auth-spinner" aria-hidden />}
        {submit}
      </button>
    </form>
  );
}

function read(form: HTMLFormElement): Values {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(entries.map(([name, value]) => [name, name.includes('password') ? value : value.trim()]));
}

export const looksLikeAddress = (text: string | undefined) => /^\S+@\S+$/.test(text ?? '');
export const ADDRESS_HINT = 'Enter an e-mail address, like name@example.com.';
