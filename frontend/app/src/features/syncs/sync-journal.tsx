import { Code, Text } from '@mantine/core';
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
      <table className="table table-dense">
        <thead>
          <tr>
            <th>Call</th>
            <th>Answer</th>
            <th className="num">Rows</th>
            <th className="num">Changed</th>
            <th className="num">Time</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td className="break-anywhere">
                <Code fz="xs">{`${entry.method} ${entry.path}`}</Code>
              </td>
              <td>{entry.status}</td>
              <td className="num">{count(entry.rows)}</td>
              <td className="num">{count(entry.changed)}</td>
              <td className="num">{duration(entry.duration_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton query={journal} what="calls" />
    </>
  );
}
