import { useId, useState } from 'react';

type Props = {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  autoComplete: string;
  hint?: string | undefined;
  error?: string | undefined;
};

export function Field({ name, label, type = 'text', autoComplete, hint, error }: Props) {
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
          type={shown ? 'text' : type}
          autoComplete={autoComplete}
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
    </div>
  );
}
