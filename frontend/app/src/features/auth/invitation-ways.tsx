import { useState } from 'react';
import { PASSWORD_HINT, passwordFault } from '../../lib/password-rule.ts';
import { problemCode } from '../../lib/problem.ts';
import type { InvitationSeen } from '../../lib/types.ts';
import { acceptInvitation, leave, signUpByInvitation } from './api.ts';
import { Field } from './field.tsx';
import { LightForm, type Values } from './light-form.tsx';
import { ProblemBox, Refusal } from './problem-box.tsx';

const SIGN_IN = '/sign-in?next=%2Finvitation';

type Props = { token: string; seen: InvitationSeen; onDone: () => void; onDead: () => void };

/** For whoever is signed in with the invited address. */
export function Join({ token, seen, onDone, onDead }: Props) {
  const send = () => unlessDead(() => acceptInvitation(token), onDone, onDead);
  return (
    <>
      <p>
        You are signed in as <strong>{seen.email}</strong>. Your other organizations stay as they are.
      </p>
      <LightForm submit={`Join ${seen.organization_name}`} check={() => ({})} send={send}>
        {() => null}
      </LightForm>
    </>
  );
}

export function WrongPerson({ invited, present }: { invited: string; present: string }) {
  const [error, setError] = useState<unknown>(null);
  const change = () => void leave().then(() => window.location.reload(), setError);
  return (
    <>
      {error !== null && <ProblemBox error={error} />}
      <p>
        The invitation is for <strong>{invited}</strong>, and you are signed in as <strong>{present}</strong>. Use the
        invited address, or ask for an invitation to yours.
      </p>
      <button type="button" className="auth-submit" onClick={change}>
        Sign out and go on as {invited}
      </button>
      <p className="auth-other">
        <a href="/">Stay signed in</a>
      </p>
    </>
  );
}

/** For a new person; whoever has an account signs in, and comes back here. */
export function SignUpByInvitation({ token, seen, onDone, onDead }: Props) {
  const [known, setKnown] = useState(false);
  const send = async ({ name = '', password = '' }: Values) => {
    try {
      await unlessDead(() => signUpByInvitation({ token, name, password }), onDone, onDead);
    } catch (error) {
      if (problemCode(error) !== 'sign_in_first') throw error;
      setKnown(true);
    }
  };
  return (
    <>
      {known && (
        <Refusal title="You have an account already">
          Sign in with {seen.email}; then you can join with one click.
        </Refusal>
      )}
      <LightForm submit="Create account and join" check={check} send={send}>
        {(errors) => (
          <>
            <p>
              Your account will have the address <strong>{seen.email}</strong>.
            </p>
            <Field name="name" label="Your name" autoComplete="name" error={errors['name']} />
            <Field
              name="password"
              label="Password"
              type="password"
              autoComplete="new-password"
              hint={PASSWORD_HINT}
              error={errors['password']}
            />
          </>
        )}
      </LightForm>
      <p className="auth-other">
        Already have an account? <a href={SIGN_IN}>Sign in</a>
      </p>
    </>
  );
}

async function unlessDead(act: () => Promise<void>, onDone: () => void, onDead: () => void): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (problemCode(error) !== 'link_invalid') throw error;
    return onDead();
  }
  onDone();
}

function check(values: Values) {
  const wrong: Record<string, string> = {};
  if (!values['name']) wrong['name'] = 'Enter your name.';
  const fault = passwordFault(values['password']);
  if (fault) wrong['password'] = fault;
  return wrong;
}
