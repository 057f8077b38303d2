import { Button, Group } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { SearchField } from '../../components/search-field.tsx';
import { SelectLater } from '../../components/select-later.tsx';
import { useUsability } from '../../lib/sending.ts';
import type { ListSearch } from './search.ts';
import { STATES } from './words.ts';

type Props = { search: ListSearch; onChange: (change: ListSearch) => void };

const CLEAR: ListSearch = { q: undefined, state: undefined, mailbox: undefined, whose: undefined };

export function MessageFilters({ search, onChange }: Props) {
  const mailboxes = useUsability()?.mailboxes ?? [];
  const filtered = Boolean(search.q || search.state || search.mailbox || search.whose);
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label="Filter emails">
      <SearchField value={search.q} placeholder="Subject or recipient" onChange={(q) => onChange({ q })} />
      <SelectLater
        label="State"
        flex="1 1 150px"
        clearable={Boolean(search.state)}
        clearButtonProps={{ 'aria-label': 'All states' }}
        placeholder="All states"
        value={search.state ?? null}
        onChange={(state) => onChange({ state: (state as ListSearch['state'] | null) ?? undefined })}
        data={Object.entries(STATES).map(([value, { label }]) => ({ value, label }))}
      />
      <SelectLater
        label="Mailbox"
        flex="1 1 180px"
        clearable={Boolean(search.mailbox)}
        clearButtonProps={{ 'aria-label': 'All mailboxes' }}
        placeholder="All mailboxes"
        value={search.mailbox ?? null}
        onChange={(mailbox) => onChange({ mailbox: mailbox ?? undefined })}
        data={mailboxes.map((one) => ({ value: one.mailbox_id, label: one.address || one.label }))}
      />
      <SelectLater
        label="Whose"
        flex="1 1 150px"
        allowDeselect={false}
        value={search.whose ?? 'mine'}
        onChange={(whose) => onChange({ whose: whose === 'all' ? 'all' : undefined })}
        data={[
          { value: 'mine', label: 'Written by me' },
          { value: 'all', label: 'All that I may see, campaigns included' },
        ]}
      />
      {filtered && (
        <Button variant="subtle" leftSection={<IconX size={16} aria-hidden />} onClick={() => onChange(CLEAR)}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}
