import { FieldFrame } from './field-frame.tsx';

type Props = { name: string; label: string; rows: number; error: string | undefined };

export function TextField({ name, label, rows, error }: Props) {
  return (
    <FieldFrame label={label} error={error}>
      {(control) => <textarea {...control} name={name} rows={rows} maxLength={10_000} />}
    </FieldFrame>
  );
}
