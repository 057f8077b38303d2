import { useState } from 'react';
import { problemCode } from '../../lib/problem.ts';
import { confirmAddress } from './api.ts';
import { Frame } from './frame.tsx';
import { LightForm } from './light-form.tsx';
import { tokenOf } from './token.ts';

/** Waits for a click: programs that open every link of a mail must not confirm anything. */
export function ConfirmPage() {
  const [token] = useState(tokenOf);
  const [email, setEmail] = useState('');
  const [dead, setDead] = useState(!token);
  if (email) return <Done email={email} />;
  if (dead) return <DeadLink />;
  const send = async () => {
    try {
      setEmail(await confirmAddress(token));
    } catch (error) {
      if (problemCode(error) !== 'link_invalid') throw error;
      setDead(true);
    }
  };
  return (
    <Frame title="Confirm your e-mail address" lead="One click, and the address is yours here.">
      <LightForm submit="Confirm this address" check={() => ({})} send={send}>
        {() => null}
      </LightForm>
    </Frame>
  );
}

function Done({ email }: { email: string }) {
  return (
    <Frame follows title="Your address is confirmed">
      <p>
        <strong>{email}</strong> signs you in, and gets our notices.
      </p>
      <a className="auth-submit" href="/">
        Continue to Mailwarden
      </a>
    </Frame>
  );
}

function DeadLink() {
  return (
    <Frame follows title="This link no longer works">
      <p>
        It was used already, was replaced by a newer one, or has expired. Sign in: if the address is still to be
        confirmed, a new link can be sent from there.
      </p>
      <a className="auth-submit" href="/">
        Continue to Mailwarden
      </a>
    </Frame>
  );
}
