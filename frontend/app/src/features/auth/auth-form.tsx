import { type FormEvent, useRef, useState } from 'react';
import { fieldErrors, type ProblemText, problemText } from '../../lib/problem.ts';
import { signIn, signUp } from './api.ts';
import { Field } from './field.tsx';

export type Mode = 'sign-in' | 'sign-up';

type Outcome = { problem: ProblemText | null; fields: Record<string, string> };
const NOTHING: Outcome = { problem: null, fields: {} };

export function AuthForm({ mode, onDone }: { mode: Mode; onDone: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [{ problem, fields }, setOutcome] = useState<Outcome>(NOTHING);

  const refuse = (outcome: Outcome) => {
    setOutcome(outcome);
    setBusy(false);
    const first = Object.keys(outcome.fields)[0];
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const values = read(event.currentTarget);
    const missing = check(values, mode);
    if (Object.keys(missing).length > 0) return refuse({ problem: null, fields: missing });
    setBusy(true);
    try {
      await (mode === 'sign-in' ? signIn(values) : signUp(values));
      onDone();
    } catch (error) {
      const named = fieldErrors(error);
      refuse({ problem: Object.keys(named).length > 0 ? null : problemText(error), fields: named });
    }
  };

  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)}>
      {problem && (
        <div className="auth-problem" role="alert">
          <strong>{problem.title}</strong>
          {problem.detail && <span>{problem.detail}</span>}
        </div>
      )}
      {mode === 'sign-up' && (
        <>
          <Field name="name" label="Your name" autoComplete="name" error={fields['name']} />
          <Field
            name="organization_name"
            label="Organization"
            autoComplete="organization"
            error={fields['organization_name']}
          />
        </>
      )}
      <Field name="email" label="E-mail" type="email" autoComplete="username" error={fields['email']} />
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete={mode === 'sign-in' ? 'current-password' : 'new-password'}
        hint={mode === 'sign-up' ? 'At least 12 characters. A few words are easy to remember.' : undefined}
        error={fields['password']}
      />
      <button type="submit" className="auth-submit" aria-disabled={busy}>
        {busy && <span className="auth-spinner" aria-hidden />}
        {mode === 'sign-in' ? 'Sign in' : 'Create account'}
      </button>
    </form>
  );
}

function read(form: HTMLFormElement) {
  const data = new FormData(form);
  const value = (name: string) => String(data.get(name) ?? '').trim();
  return {
    email: value('email'),
    password: String(data.get('password') ?? ''),
    name: value('name'),
    organization_name: value('organization_name'),
  };
}

function check(values: ReturnType<typeof read>, mode: Mode): Record<string, string> {
  const missing: Record<string, string> = {};
  if (mode === 'sign-up' && !values.name) missing['name'] = 'Enter your name.';
  if (mode === 'sign-up' && !values.organization_name) missing['organization_name'] = 'Enter your organization’s name.';
  if (!/^\S+@\S+$/.test(values.email)) missing['email'] = 'Enter an e-mail address, like name@example.com.';
  if (!values.password) missing['password'] = 'Enter your password.';
  return missing;
}
