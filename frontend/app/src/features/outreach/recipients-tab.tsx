import { Button, Card, Group, Stack } from '@mantine/core';
import { IconFilterOff, IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { MoreButton } from '../../components/more-button.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { type PersonFilter, recipientsOptions, type Versioned } from './api.ts';
import { ListFilters } from './list-filters.tsx';
import { RecipientTable } from './recipient-table.tsx';
import { PEOPLE } from './words.ts';

const AddDialog = lazy(() => import('./add-recipients.tsx'));

type Props = { campaign: Versioned; filter: PersonFilter; onFilter: (change: PersonFilter) => void };

export default function RecipientsTab({ campaign, filter, onFilter }: Props) {
  const [adding, setAdding] = useState(false);
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
        {may && (
          <Button
            variant="default"
            leftSection={<IconUserPlus size={16} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            Add recipients…
          </Button>
        )}
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
      {adding && (
        <Suspense fallback={null}>
          <AddDialog campaignId={campaign.id} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </Stack>
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
