import { useId } from 'react';

type Props = { name: string; label: string; rows: number; error: string | undefined };

export function TextField({ name, label, rows, error }: Props) {
  const id = useId();
  return (
    <div className="auth-field">
      <label htmlFor={id}>{label}</label>
      <div className="auth-input">
        <textarea
          id={id}
          name={name}
          rows={rows}
          maxLength={10_000}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
        />
      </div>
      {error && (
        <p id={`${id}-error`} className="auth-error">
          {error}
        </p>
      )}
    </div>
  );
}
