import { type ReactNode, useId, useState } from 'react';

type Props = {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password' | 'code';
  autoComplete: string;
  autoFocus?: boolean;
  hint?: string | undefined;
  error?: string | undefined;
  /** Below, such as the way out for a forgotten password. */
  aside?: ReactNode;
};

export function Field({ name, label, type = 'text', autoComplete, autoFocus, hint, error, aside }: Props) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="auth-field">
      <label htmlFor={id}>{label}</label>
      <div className="auth-input">
        <input
          id={id}
          name={name}
          type={shown || type === 'code' ? 'text' : type}
          autoComplete={autoComplete}
          // biome-ignore lint/a11y/noAutofocus: only where a step follows another, and asks for this alone
          autoFocus={autoFocus}
          required
          spellCheck={false}
          autoCapitalize={type === 'text' ? 'words' : 'none'}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
        />
        {type === 'password' && (
          <button type="button" onClick={() => setShown(!shown)} aria-pressed={shown}>
            {shown ? 'Hide' : 'Show'} <span className="sr-only">password</span>
          </button>
        )}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="auth-hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="auth-error">
          {error}
        </p>
      )}
      {aside && <p className="auth-aside">{aside}</p>}
    </div>
  );
}
