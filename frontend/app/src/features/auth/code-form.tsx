import { problemCode } from '../../lib/problem.ts';
import { Field } from './field.tsx';
import { LightForm } from './light-form.tsx';

/** Six digits, or a recovery code; the server takes either in the same place. */
export function CodeForm({ send }: { send: (code: string) => Promise<void> }) {
  return (
    <LightForm
      submit="Sign in"
      check={(values): Record<string, string> =>
        (values['code'] ?? '').length < 6 ? { code: 'Enter the whole code.' } : {}
      }
      send={({ code = '' }) => send(code)}
      fieldOf={(error) => (problemCode(error) === 'wrong_code' ? 'code' : undefined)}
    >
      {(errors) => (
        <Field name="code" label="Code" type="code" autoComplete="one-time-code" autoFocus error={errors['code']} />
      )}
    </LightForm>
  );
}
