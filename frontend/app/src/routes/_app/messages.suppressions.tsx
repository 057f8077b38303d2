import { Button, Group, Stack } from '@mantine/core';
import { IconFilterOff, IconMoodSmile } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { MoreButton } from '../../components/more-button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { SelectLater } from '../../components/select-later.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ZoneNote } from '../../components/zone-note.tsx';
import { AddSuppression } from '../../features/messages/add-suppression.tsx';
import { suppressionsOptions } from '../../features/messages/api.ts';
import { readSuppressionSearch, type SuppressionSearch } from '../../features/messages/search.ts';
import { SuppressionTable } from '../../features/messages/suppression-table.tsx';
import { REASONS } from '../../features/messages/words.ts';

export const Route = createFileRoute('/_app/messages/suppressions')({
  validateSearch: readSuppressionSearch,
  component: Suppressions,
});

function Suppressions() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const list = useInfiniteQuery(suppressionsOptions(search));
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];
  const filtered = Boolean(search.q || search.reason);
  const change = (part: SuppressionSearch) =>
    void navigate({ search: (s) => ({ ...s, ...part }), replace: true, resetScroll: false });
  return (
    <Stack gap="lg" maw={1000}>
      <div>
        <Link className="link" to="/messages">
          My Emails
        </Link>
        <PageHeader title="Suppression list" actions={<AddSuppression />}>
          Nobody of your organization sends to these addresses, neither in campaigns nor in single emails.
        </PageHeader>
      </div>
      <Group gap="sm" align="flex-end" role="search" aria-label="Filter the suppression list">
        <SearchField value={search.q} placeholder="Part of an address" onChange={(q) => change({ q })} />
        <SelectLater
          label="Reason"
          flex="1 1 180px"
          clearable={Boolean(search.reason)}
          clearButtonProps={{ 'aria-label': 'All reasons' }}
          placeholder="All reasons"
          value={search.reason ?? null}
          onChange={(reason) => change({ reason: (reason as SuppressionSearch['reason'] | null) ?? undefined })}
          data={Object.entries(REASONS).map(([value, { label }]) => ({ value, label }))}
        />
      </Group>
      {list.error && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <LoadingBlocks label="Loading the suppression list" heights={[40, 40, 40]} />}
      {list.data && rows.length === 0 && (
        <Nothing filtered={filtered} onClear={() => change({ q: undefined, reason: undefined })} />
      )}
      {rows.length > 0 && (
        <>
          <ZoneNote />
          <SuppressionTable rows={rows} />
          <MoreButton query={list} what="addresses" />
        </>
      )}
    </Stack>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (!filtered) {
    return (
      <EmptyState title="Nobody is suppressed" Icon={IconMoodSmile}>
        Who unsubscribes, complains or has no mailbox any more is added here by itself.
      </EmptyState>
    );
  }
  const clear = (
    <Button variant="default" onClick={onClear}>
      Clear filters
    </Button>
  );
  return (
    <EmptyState title="No address matches" Icon={IconFilterOff} action={clear}>
      Mail to this address is not held back by this list.
    </EmptyState>
  );
}
