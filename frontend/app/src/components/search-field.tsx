import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

type Props = { value: string | undefined; placeholder: string; onChange: (q: string | undefined) => void };

/** Types freely; the address follows when the typing pauses. A change of the address from elsewhere shows here. */
export function SearchField({ value, placeholder, onChange }: Props) {
  const [typed, setTyped] = useState(value ?? '');
  const reported = useRef(value);
  const report = useDebouncedCallback((q: string | undefined) => {
    reported.current = q;
    onChange(q);
  }, 300);
  useEffect(() => {
    if (value === reported.current) return;
    reported.current = value;
    setTyped(value ?? '');
  }, [value]);
  return (
    <TextInput
      type="search"
      label="Search"
      placeholder={placeholder}
      flex="1 1 220px"
      leftSection={<IconSearch size={16} aria-hidden />}
      value={typed}
      onChange={(e) => {
        setTyped(e.target.value);
        report(e.target.value.trim() || undefined);
      }}
    />
  );
}
