import { Button, Group, Select, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { membersOptions } from './api.ts';
import { type AuditSearch, isFiltered, NO_FILTER } from './search.ts';
import { TOPICS } from './words.ts';

type Props = { filter: AuditSearch; onFilter: (change: AuditSearch) => void };

export function AuditFilters({ filter, onFilter }: Props) {
  const members = useQuery(membersOptions());
  const people = (members.data ?? []).map((one) => ({ value: one.id, label: one.name }));
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label="Filter the log">
      <Pick label="Who" all="Everybody" value={filter.actor} choices={people} onPick={(actor) => onFilter({ actor })} />
      <Pick
        label="About"
        all="Everything"
        value={filter.action}
        choices={TOPICS}
        onPick={(action) => onFilter({ action })}
      />
      <Day label="From" value={filter.from} max={filter.to} onPick={(from) => onFilter({ from })} />
      <Day label="To" value={filter.to} min={filter.from} onPick={(to) => onFilter({ to })} />
      {isFiltered(filter) && (
        <Button variant="subtle" leftSection={<IconX size={16} aria-hidden />} onClick={() => onFilter(NO_FILTER)}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}

type PickProps = {
  label: string;
  all: string;
  value: string | undefined;
  choices: { value: string; label: string }[];
  onPick: (value: string | undefined) => void;
};

function Pick({ label, all, value, choices, onPick }: PickProps) {
  const foreign = value && !choices.some((one) => one.value === value) ? [{ value, label: value }] : [];
  return (
    <Select
      label={label}
      flex="1 1 170px"
      maw={{ sm: 260 }}
      placeholder={all}
      clearable={Boolean(value)}
      clearButtonProps={{ 'aria-label': `${label}: ${all}` }}
      value={value ?? null}
      data={[...choices, ...foreign]}
      onChange={(next) => onPick(next ?? undefined)}
    />
  );
}

type DayProps = {
  label: string;
  value: string | undefined;
  min?: string | undefined;
  max?: string | undefined;
  onPick: (day: string | undefined) => void;
};

function Day({ label, value, min, max, onPick }: DayProps) {
  return (
    <TextInput
      type="date"
      label={label}
      flex="1 1 140px"
      maw={{ sm: 170 }}
      value={value ?? ''}
      min={min}
      max={max}
      onChange={(e) => onPick(e.target.value || undefined)}
    />
  );
}
