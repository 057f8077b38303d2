import { type ReactNode, useState } from 'react';
import { FieldFrame } from './field-frame.tsx';

type Props = {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password' | 'code';
  autoComplete: string;
  autoFocus?: boolean;
  hint?: string | undefined;
  error?: string | undefined;
  aside?: ReactNode;
};

export function Field({ name, label, type = 'text', autoComplete, autoFocus, ...words }: Props) {
  const [shown, setShown] = useState(false);
  return (
    <FieldFrame label={label} {...words}>
      {(control) => (
        <>
          <input
            {...control}
            name={name}
            type={shown || type === 'code' ? 'text' : type}
            autoComplete={autoComplete}
            // biome-ignore lint/a11y/noAutofocus: only where a step follows another, and asks for this alone
            autoFocus={autoFocus}
            required
            spellCheck={false}
            autoCapitalize={type === 'text' ? 'words' : 'none'}
          />
          {type === 'password' && (
            <button type="button" onClick={() => setShown(!shown)} aria-pressed={shown}>
              {shown ? 'Hide' : 'Show'} <span className="sr-only">password</span>
            </button>
          )}
        </>
      )}
    </FieldFrame>
  );
}
