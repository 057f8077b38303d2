import { Button, Group, Select, Switch } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type AlertSearch, isFiltered, KINDS, NO_FILTER } from './search.ts';

const CHOICES = Object.entries(KINDS).map(([value, label]) => ({ value, label }));

type Props = { filter: AlertSearch; onFilter: (change: AlertSearch) => void };

export function AlertFilters({ filter, onFilter }: Props) {
  return (
    <Group gap="md" align="flex-end" role="search" aria-label="Filter the alerts">
      <Select
        label="Kind"
        flex="1 1 200px"
        maw={{ sm: 300 }}
        searchable
        placeholder="All kinds"
        nothingFoundMessage="No such kind"
        value={filter.kind ?? null}
        data={CHOICES}
        onChange={(kind) => onFilter({ kind: (kind ?? undefined) as AlertSearch['kind'] })}
      />
      <Switch
        label="Unread only"
        mb={8}
        checked={Boolean(filter.unread)}
        onChange={(e) => onFilter({ unread: e.currentTarget.checked || undefined })}
      />
      {isFiltered(filter) && (
        <Button variant="subtle" leftSection={<IconX size={16} aria-hidden />} onClick={() => onFilter(NO_FILTER)}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}
