import { PASSWORD_HINT, passwordFault } from '../../lib/password-rule.ts';
import { signUp } from './api.ts';
import { Field } from './field.tsx';
import { Frame } from './frame.tsx';
import { ADDRESS_HINT, LightForm, looksLikeAddress, type Values } from './light-form.tsx';
import { Providers } from './providers.tsx';

type Props = { other: string; onDone: () => void };

export function SignUpPage({ other, onDone }: Props) {
  const send = async ({ email = '', password = '', name = '', organization_name = '' }: Values) => {
    await signUp({ email, password, name, organization_name });
    onDone();
  };
  return (
    <Frame
      title="Create your account"
      lead="Connect HubSpot and Klaviyo in a few minutes."
      footer={
        <>
          Already have an account? <a href={other}>Sign in</a>
        </>
      }
    >
      <LightForm submit="Create account" check={check} send={send}>
        {(errors) => (
          <>
            <Field name="name" label="Your name" autoComplete="name" error={errors['name']} />
            <Field
              name="organization_name"
              label="Organization"
              autoComplete="organization"
              error={errors['organization_name']}
            />
            <Field
              name="email"
              label="E-mail"
              type="email"
              autoComplete="username"
              hint="We mail you a link to confirm it."
              error={errors['email']}
            />
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
      <Providers verb="Sign up" />
    </Frame>
  );
}

function check(values: Values) {
  const wrong: Record<string, string> = {};
  if (!values['name']) wrong['name'] = 'Enter your name.';
  if (!values['organization_name']) wrong['organization_name'] = 'Enter your organization’s name.';
  if (!looksLikeAddress(values['email'])) wrong['email'] = ADDRESS_HINT;
  const fault = passwordFault(values['password']);
  if (fault) wrong['password'] = fault;
  return wrong;
}
