import { Code, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { BareTable, type Column } from '../../components/data-table.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { count } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import type { JournalEntry } from '../../lib/types.ts';
import { journalOptions } from './api.ts';

const COLUMNS: Column<JournalEntry>[] = [
  { head: 'Call', cell: (entry) => <Code fz="xs">{`${entry.method} ${entry.path}`}</Code>, kind: 'break-anywhere' },
  { head: 'Answer', cell: (entry) => entry.status },
  { head: 'Rows', cell: (entry) => count(entry.rows), kind: 'num' },
  { head: 'Changed', cell: (entry) => count(entry.changed), kind: 'num' },
  { head: 'Time', cell: (entry) => duration(entry.duration_ms), kind: 'num' },
];

/** What the run asked and what it received, so that "why is this number 1,204?" has an answer. */
export function SyncJournal({ syncId }: { syncId: string }) {
  const journal = useInfiniteQuery(journalOptions(syncId));
  const entries = journal.data?.pages.flatMap((page) => page.data) ?? [];
  if (journal.isPending) return <LoadingBlocks label="Loading calls" heights={[28, 28]} />;
  if (!journal.data) return <ErrorState error={journal.error} onRetry={() => void journal.refetch()} />;
  if (entries.length === 0) return <Text size="sm">No call was made, or its record has been cleared.</Text>;
  return (
    <>
      <BareTable look="dense" columns={COLUMNS} rows={entries} rowKey={(entry) => entry.id} />
      <MoreButton query={journal} what="calls" />
    </>
  );
}
