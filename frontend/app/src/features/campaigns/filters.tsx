import { Button, Group, Select, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { SearchField } from '../../components/search-field.tsx';
import type { DataAge } from '../../lib/types.ts';
import { type CampaignSearch, isFiltered, SORTS, type Sort } from './search.ts';

type Props = { search: CampaignSearch; accounts: DataAge[]; onChange: (change: CampaignSearch) => void };

export function CampaignFilters({ search, accounts, onChange }: Props) {
  const clear = () => onChange({ q: undefined, account: undefined, from: undefined, to: undefined });
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label="Filter campaigns">
      <SearchField value={search.q} placeholder="Name or subject" onChange={(q) => onChange({ q })} />
      <Select
        label="Account"
        flex="1 1 200px"
        clearable={Boolean(search.account)}
        clearButtonProps={{ 'aria-label': 'All accounts' }}
        placeholder="All accounts"
        value={search.account ?? null}
        onChange={(account) => onChange({ account: account ?? undefined })}
        data={accounts.map((age) => ({ value: age.connection_id, label: age.account_label }))}
      />
      <TextInput
        type="date"
        maw={{ sm: 170 }}
        label="Sent from"
        flex="1 1 150px"
        value={search.from ?? ''}
        max={search.to}
        onChange={(e) => onChange({ from: e.target.value || undefined })}
      />
      <TextInput
        type="date"
        maw={{ sm: 170 }}
        label="Sent to"
        flex="1 1 150px"
        value={search.to ?? ''}
        min={search.from}
        onChange={(e) => onChange({ to: e.target.value || undefined })}
      />
      <Select
        label="Order"
        flex="1 1 150px"
        allowDeselect={false}
        value={search.sort ?? '-sent_at'}
        onChange={(sort) => onChange({ sort: (sort ?? undefined) as Sort | undefined })}
        data={[...SORTS]}
      />
      {isFiltered(search) && (
        <Button variant="subtle" leftSection={<IconX size={16} aria-hidden />} onClick={clear}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}
