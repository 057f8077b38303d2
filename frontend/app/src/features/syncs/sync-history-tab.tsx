import { Card, Group, Stack } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { TableBox } from '../../components/data-table.tsx';
import { ExportButton } from '../../components/export-button.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ZoneNote } from '../../components/zone-note.tsx';
import { syncsOptions } from './api.ts';
import { SyncRow } from './sync-row.tsx';

type Props = { connectionId: string; open: string | undefined; onOpen: (syncId: string | undefined) => void };

/** The sync log of one account, newest first (C19); a running sync shows its bar in its own row. */
export function SyncHistoryTab({ connectionId, open, onOpen }: Props) {
  const syncs = useInfiniteQuery({ ...syncsOptions(connectionId), refetchInterval: 10_000 });
  const runs = syncs.data?.pages.flatMap((page) => page.data) ?? [];
  if (syncs.isPending) return <LoadingBlocks label="Loading sync history" heights={[36, 48, 48, 48]} />;
  if (!syncs.data) return <ErrorState error={syncs.error} onRetry={() => void syncs.refetch()} />;
  if (runs.length === 0) {
    return (
      <EmptyState title="No syncs yet" Icon={IconHistory}>
        The first sync starts as soon as the account is connected.
      </EmptyState>
    );
  }
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <ZoneNote />
        <ExportButton report="sync_history" filters={{ connection_id: connectionId }} />
      </Group>
      <Card p={0} component="section" aria-label="Sync history">
        <TableBox label="Sync log">
          <table className="table" style={{ minWidth: 700 }}>
            <thead>
              <tr>
                <th style={{ width: 44 }}>
                  <span className="sr-only">Details</span>
                </th>
                <th>Started</th>
                <th>Status</th>
                <th>Type</th>
                <th className="num">Campaigns processed</th>
                <th className="num">Duration</th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <SyncRow
                  key={run.id}
                  run={run}
                  open={run.id === open}
                  onToggle={() => onOpen(run.id === open ? undefined : run.id)}
                />
              ))}
            </tbody>
          </table>
        </TableBox>
        <MoreButton query={syncs} what="syncs" />
      </Card>
    </Stack>
  );
}
