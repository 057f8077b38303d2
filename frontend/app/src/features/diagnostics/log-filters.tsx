import { Button, Group, Select, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { accountsOptions } from './api.ts';
import { type Filter, isFiltered, NO_FILTER } from './search.ts';

export type Choice = { value: string; label: string };

type Props = {
  filter: Filter;
  onChange: (change: Filter) => void;
  results?: { label: string; choices: Choice[] };
  days?: boolean;
};

/** Only what the log's own API can filter by. */
export function LogFilters({ filter, onChange, results, days = false }: Props) {
  const { data } = useQuery(accountsOptions());
  const integrations = data?.data ?? [];
  const accounts = integrations
    .filter((one) => !filter.provider || one.provider === filter.provider)
    .flatMap((one) => one.connections.map((c) => ({ value: c.id, label: c.account_label || c.external_id })));
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label="Filter the log">
      <Pick
        label="Provider"
        value={filter.provider}
        all="All providers"
        choices={integrations.map((one) => ({ value: one.provider, label: one.label }))}
        onChange={(provider) => onChange({ provider, account: undefined })}
      />
      <Pick
        label="Account"
        value={filter.account}
        all="All accounts"
        choices={accounts}
        onChange={(account) => onChange({ account })}
      />
      {results && (
        <Pick
          label={results.label}
          value={filter.result}
          all="All"
          choices={results.choices}
          onChange={(result) => onChange({ result })}
        />
      )}
      {days && <Days filter={filter} onChange={onChange} />}
      {isFiltered(filter) && (
        <Button variant="subtle" leftSection={<IconX size={16} aria-hidden />} onClick={() => onChange(NO_FILTER)}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}

type PickProps = {
  label: string;
  value: string | undefined;
  all: string;
  choices: Choice[];
  onChange: (value: string | undefined) => void;
};

function Pick({ label, value, all, choices, onChange }: PickProps) {
  return (
    <Select
      label={label}
      flex="1 1 170px"
      maw={{ sm: 260 }}
      placeholder={all}
      clearable={Boolean(value)}
      clearButtonProps={{ 'aria-label': `${label}: ${all}` }}
      value={value ?? null}
      data={choices}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

function Days({ filter, onChange }: { filter: Filter; onChange: (change: Filter) => void }) {
  return (
    <>
      <TextInput
        type="date"
        label="From"
        flex="1 1 140px"
        maw={{ sm: 170 }}
        value={filter.from ?? ''}
        max={filter.to}
        onChange={(e) => onChange({ from: e.target.value || undefined })}
      />
      <TextInput
        type="date"
        label="To"
        flex="1 1 140px"
        maw={{ sm: 170 }}
        value={filter.to ?? ''}
        min={filter.from}
        onChange={(e) => onChange({ to: e.target.value || undefined })}
      />
    </>
  );
}
