import { Code, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { MoreButton } from '../../components/more-button.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { count } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import { journalOptions } from './api.ts';

/** What the run asked and what it received, so that "why is this number 1,204?" has an answer. */
export function SyncJournal({ syncId }: { syncId: string }) {
  const journal = useInfiniteQuery(journalOptions(syncId));
  const entries = journal.data?.pages.flatMap((page) => page.data) ?? [];
  if (journal.isPending) return <LoadingBlocks label="Loading calls" heights={[28, 28]} />;
  if (!journal.data) return <ErrorState error={journal.error} onRetry={() => void journal.refetch()} />;
  if (entries.length === 0) return <Text size="sm">No call was made, or its record has been cleared.</Text>;
  return (
    <>
      <Table verticalSpacing={4} fz="xs" className="tnum">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Call</Table.Th>
            <Table.Th>Answer</Table.Th>
            <Table.Th ta="right">Rows</Table.Th>
            <Table.Th ta="right">Changed</Table.Th>
            <Table.Th ta="right">Time</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td className="break-anywhere">
                <Code fz="xs">{`${entry.method} ${entry.path}`}</Code>
              </Table.Td>
              <Table.Td>{entry.status}</Table.Td>
              <Table.Td ta="right">{count(entry.rows)}</Table.Td>
              <Table.Td ta="right">{count(entry.changed)}</Table.Td>
              <Table.Td ta="right">{duration(entry.duration_ms)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <MoreButton query={journal} what="calls" />
    </>
  );
}
