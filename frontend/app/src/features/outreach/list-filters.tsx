import { Button, Group } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { SearchField } from '../../components/search-field.tsx';
import { SelectLater } from '../../components/select-later.tsx';

type Props<State extends string> = {
  label: string;
  placeholder: string;
  q: string | undefined;
  state: State | undefined;
  states: Record<State, { label: string }>;
  onChange: (change: { q?: string | undefined; state?: State | undefined }) => void;
};

/** One search and one state, in the address: for campaigns as for their recipients. */
export function ListFilters<State extends string>({ label, placeholder, q, state, states, onChange }: Props<State>) {
  const names = Object.keys(states) as State[];
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label={label}>
      <SearchField value={q} placeholder={placeholder} onChange={(next) => onChange({ q: next })} />
      <SelectLater
        label="State"
        flex="1 1 160px"
        maw={{ sm: 240 }}
        clearable={Boolean(state)}
        clearButtonProps={{ 'aria-label': 'All states' }}
        placeholder="All states"
        value={state ?? null}
        onChange={(next) => onChange({ state: (next as State | null) ?? undefined })}
        data={names.map((value) => ({ value, label: states[value].label }))}
      />
      {(q || state) && (
        <Button
          variant="subtle"
          leftSection={<IconX size={16} aria-hidden />}
          onClick={() => onChange({ q: undefined, state: undefined })}
        >
          Clear filters
        </Button>
      )}
    </Group>
  );
}
