import { useState } from 'react';
import { landingError } from '../../lib/landing.ts';
import { problemCode } from '../../lib/problem.ts';
import { type Credentials, sendCode, signIn } from './api.ts';
import { CodeForm } from './code-form.tsx';
import { Field } from './field.tsx';
import { Frame } from './frame.tsx';
import { ADDRESS_HINT, LightForm, looksLikeAddress, type Values } from './light-form.tsx';
import { Refusal } from './problem-box.tsx';
import { Providers } from './providers.tsx';

/** `asked`: whose code is awaited: of typed credentials, or of somebody back from a provider's page. */
type Step = { asked: 'nobody' } | { asked: 'typed'; credentials: Credentials } | { asked: 'provider' };
type Props = { other: string; onDone: () => void };

export function SignInPage({ other, onDone }: Props) {
  const search = new URLSearchParams(window.location.search);
  const [step, setStep] = useState<Step>(search.get('second_factor') ? { asked: 'provider' } : { asked: 'nobody' });
  if (step.asked === 'nobody') {
    return (
      <Frame title="Sign in" lead="Welcome back." footer={<Footer other={other} />}>
        <Landed code={search.get('error')} />
        <PasswordForm onDone={onDone} onCode={(credentials) => setStep({ asked: 'typed', credentials })} />
        <Providers verb="Sign in" />
      </Frame>
    );
  }
  const send = step.asked === 'typed' ? (code: string) => signIn({ ...step.credentials, code }) : sendCode;
  return (
    <Frame title="Enter your code" lead="From your authenticator app, or one of your recovery codes.">
      <CodeForm
        send={async (code) => {
          await send(code);
          onDone();
        }}
      />
      <p className="auth-other">
        <a href="/sign-in">Start again</a>
      </p>
    </Frame>
  );
}

function PasswordForm({ onDone, onCode }: { onDone: () => void; onCode: (credentials: Credentials) => void }) {
  const send = async ({ email = '', password = '' }: Values) => {
    try {
      await signIn({ email, password });
    } catch (error) {
      if (problemCode(error) !== 'second_factor_required') throw error;
      return onCode({ email, password });
    }
    onDone();
  };
  return (
    <LightForm submit="Sign in" check={check} send={send}>
      {(errors) => (
        <>
          <Field name="email" label="E-mail" type="email" autoComplete="username" error={errors['email']} />
          <Field
            name="password"
            label="Password"
            type="password"
            autoComplete="current-password"
            error={errors['password']}
            aside={<a href="/forgot-password">Forgot your password?</a>}
          />
        </>
      )}
    </LightForm>
  );
}

function check(values: Values) {
  const wrong: Record<string, string> = {};
  if (!looksLikeAddress(values['email'])) wrong['email'] = ADDRESS_HINT;
  if (!values['password']) wrong['password'] = 'Enter your password.';
  return wrong;
}

function Landed({ code }: { code: string | null }) {
  const words = landingError(code);
  return words && <Refusal title={words.title}>{words.detail}</Refusal>;
}

function Footer({ other }: { other: string }) {
  return (
    <>
      New here? <a href={other}>Create an account</a> · <a href="/contact">Contact support</a>
    </>
  );
}
