import { useState } from 'react';
import { PASSWORD_HINT, passwordFault } from '../../lib/password-rule.ts';
import { problemCode } from '../../lib/problem.ts';
import { setPassword } from './api.ts';
import { Field } from './field.tsx';
import { Frame } from './frame.tsx';
import { LightForm } from './light-form.tsx';
import { tokenOf } from './token.ts';

export function ResetPage() {
  const [token] = useState(tokenOf);
  const [state, setState] = useState<'open' | 'done' | 'dead'>(token ? 'open' : 'dead');
  if (state === 'done') return <Done />;
  if (state === 'dead') return <DeadLink />;
  const send = async ({ password = '' }) => {
    try {
      await setPassword(token, password);
    } catch (error) {
      if (problemCode(error) !== 'link_invalid') throw error;
      return setState('dead');
    }
    setState('done');
  };
  return (
    <Frame title="Choose a new password" lead="You are signed out everywhere then.">
      <LightForm
        submit="Set the new password"
        check={({ password }): Record<string, string> => {
          const fault = passwordFault(password);
          return fault ? { password: fault } : {};
        }}
        send={send}
      >
        {(errors) => (
          <Field
            name="password"
            label="New password"
            type="password"
            autoComplete="new-password"
            hint={PASSWORD_HINT}
            error={errors['password']}
          />
        )}
      </LightForm>
    </Frame>
  );
}

function Done() {
  return (
    <Frame follows title="Your password is changed">
      <p>Every browser was signed out. Sign in with the new password.</p>
      <a className="auth-submit" href="/sign-in">
        Sign in
      </a>
    </Frame>
  );
}

function DeadLink() {
  return (
    <Frame follows title="This link no longer works">
      <p>It was used already, has expired, or was not copied as a whole. Links work once, for 60 minutes.</p>
      <a className="auth-submit" href="/forgot-password">
        Ask for a new link
      </a>
    </Frame>
  );
}
