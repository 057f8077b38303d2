import { Anchor, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { type Field, type PeopleText, peopleFaults } from './people.ts';

type Props = {
  value: PeopleText;
  /** What the server said of a field. */
  errors: Record<string, string>;
  onChange: (part: Partial<PeopleText>) => void;
};

const LABELS: Record<Field, string> = { to: 'To', cc: 'Cc', bcc: 'Bcc' };

/** One recipient on each line; a line that is no address is told with its number. */
export function PeopleFields({ value, errors, onChange }: Props) {
  const [more, setMore] = useState(Boolean(value.cc || value.bcc));
  const faults = peopleFaults(value);
  const server = (field: Field) => Object.entries(errors).flatMap(([at, told]) => (at.startsWith(field) ? [told] : []));
  const area = (field: Field) => ({
    label: LABELS[field],
    autosize: true,
    minRows: 1,
    maxRows: 8,
    value: value[field],
    error: told([...faults[field], ...server(field)]),
    onChange: (e: { target: { value: string } }) => onChange({ [field]: e.target.value }),
  });
  return (
    <Stack gap="xs">
      <Textarea
        {...area('to')}
        placeholder="name@example.com"
        description="One on each line, or parted by commas. With a name: Name <name@example.com>"
      />
      {more || value.cc || value.bcc ? (
        <>
          <Textarea {...area('cc')} />
          <Textarea {...area('bcc')} description="Nobody else sees them." />
        </>
      ) : (
        <div>
          <Anchor component="button" type="button" size="sm" onClick={() => setMore(true)}>
            Add Cc or Bcc
          </Anchor>
        </div>
      )}
    </Stack>
  );
}

function told(faults: string[]) {
  if (faults.length === 0) return undefined;
  return faults.map((fault) => (
    <span key={fault} style={{ display: 'block' }} className="break-anywhere">
      {fault}
    </span>
  ));
}
