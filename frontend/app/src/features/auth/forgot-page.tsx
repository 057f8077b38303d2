import { useState } from 'react';
import { askForLink } from './api.ts';
import { Field } from './field.tsx';
import { Frame } from './frame.tsx';
import { ADDRESS_HINT, LightForm, looksLikeAddress } from './light-form.tsx';

type Asked = { email: string; sender: string; link_minutes: number };

export function ForgotPage() {
  const [asked, setAsked] = useState<Asked | null>(null);
  if (asked) return <LookIntoMail asked={asked} onAgain={() => setAsked(null)} />;
  return (
    <Frame title="Forgot your password?" lead="We mail you a link to choose a new one." footer={<BackToSignIn />}>
      <LightForm
        submit="Mail me a link"
        check={({ email }): Record<string, string> => (looksLikeAddress(email) ? {} : { email: ADDRESS_HINT })}
        send={async ({ email = '' }) => setAsked({ email, ...(await askForLink(email)) })}
      >
        {(errors) => <Field name="email" label="E-mail" type="email" autoComplete="username" error={errors['email']} />}
      </LightForm>
    </Frame>
  );
}

/** The same whether or not the address has an account. */
function LookIntoMail({ asked, onAgain }: { asked: Asked; onAgain: () => void }) {
  return (
    <Frame follows title="Look into your mail" footer={<BackToSignIn />}>
      <p>
        If <strong>{asked.email}</strong> has an account, a link is on its way. It works once, for {asked.link_minutes}{' '}
        minutes.
      </p>
      <p>
        Nothing came? Look into your spam folder for a mail from <strong>{asked.sender}</strong>, and check the spelling
        of the address. Wait five minutes before you try again.
      </p>
      <button type="button" className="auth-provider" onClick={onAgain}>
        Use another address
      </button>
    </Frame>
  );
}

const BackToSignIn = () => <a href="/sign-in">Back to signing in</a>;
