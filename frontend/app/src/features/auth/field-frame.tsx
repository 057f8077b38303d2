import { type ReactNode, useId } from 'react';

/** What the control itself must carry, so that its words are read with it. */
export type Described = { id: string; 'aria-invalid': true | undefined; 'aria-describedby': string | undefined };

type Props = {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** Below, such as the way out for a forgotten password. */
  aside?: ReactNode;
  children: (control: Described) => ReactNode;
};

export function FieldFrame({ label, hint, error, aside, children }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="auth-field">
      <label htmlFor={id}>{label}</label>
      <div className="auth-input">
        {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': described || undefined })}
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
