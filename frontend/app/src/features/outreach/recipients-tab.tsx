import { Button, Card, Group, Stack } from '@mantine/core';
import { IconFileImport, IconFilterOff, IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { MoreButton } from '../../components/more-button.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { type PersonFilter, recipientsOptions, type Versioned } from './api.ts';
import { ListFilters } from './list-filters.tsx';
import { RecipientTable } from './recipient-table.tsx';
import { PEOPLE } from './words.ts';

const AddDialog = lazy(() => import('./add-recipients.tsx'));
const ImportDialog = lazy(() => import('./import/import-dialog.tsx'));

type Props = { campaign: Versioned; filter: PersonFilter; onFilter: (change: PersonFilter) => void };

export default function RecipientsTab({ campaign, filter, onFilter }: Props) {
  const [adding, setAdding] = useState<'by_hand' | 'file' | null>(null);
  const asked = { q: filter.q, state: filter.state };
  const recipients = useInfiniteQuery(recipientsOptions(campaign.id, asked));
  const rows = recipients.data?.pages.flatMap((page) => page.data) ?? [];
  const filtered = Boolean(filter.q || filter.state);
  const may = campaign.may_change && campaign.state !== 'archived';
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end" gap="sm">
        <ListFilters
          label="Filter recipients"
          placeholder="Part of an address or a name"
          {...asked}
          states={PEOPLE}
          onChange={onFilter}
        />
        {may && <AddButtons onAdd={setAdding} />}
      </Group>
      {recipients.error && <ErrorState error={recipients.error} onRetry={() => void recipients.refetch()} />}
      {recipients.isPending && <LoadingBlocks label="Loading recipients" heights={[40, 44, 44, 44]} />}
      {recipients.data && rows.length === 0 && <Nothing filtered={filtered} onFilter={onFilter} />}
      {rows.length > 0 && (
        <Card p={0} component="section" aria-label="Recipients">
          <RecipientTable campaign={campaign} rows={rows} />
          <MoreButton query={recipients} what="recipients" />
        </Card>
      )}
      <Suspense fallback={null}>
        {adding === 'by_hand' && <AddDialog campaignId={campaign.id} onClose={() => setAdding(null)} />}
        {adding === 'file' && <ImportDialog campaign={campaign} onClose={() => setAdding(null)} />}
      </Suspense>
    </Stack>
  );
}

function AddButtons({ onAdd }: { onAdd: (how: 'by_hand' | 'file') => void }) {
  return (
    <Group gap="xs">
      <Button variant="default" leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => onAdd('by_hand')}>
        Add recipients…
      </Button>
      <Button leftSection={<IconFileImport size={16} aria-hidden />} onClick={() => onAdd('file')}>
        Import a file…
      </Button>
    </Group>
  );
}

function Nothing({ filtered, onFilter }: { filtered: boolean; onFilter: Props['onFilter'] }) {
  if (!filtered) {
    return (
      <EmptyState title="No recipients yet" Icon={IconUsers}>
        Add their addresses, or import a file with what the steps need to know about them.
      </EmptyState>
    );
  }
  const clear = (
    <Button variant="default" onClick={() => onFilter({ q: undefined, state: undefined })}>
      Clear filters
    </Button>
  );
  return (
    <EmptyState title="Nobody matches" Icon={IconFilterOff} action={clear}>
      Try another name, address or state.
    </EmptyState>
  );
}
