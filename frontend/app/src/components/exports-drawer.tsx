import { Button, Drawer, Group, Progress, Stack, Text } from '@mantine/core';
import { IconDownload, IconFileOff, IconTrash, IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { exportsOptions, isOpen, useRemoveExport } from '../lib/exports.ts';
import { fileSize } from '../lib/files.ts';
import { count } from '../lib/numbers.ts';
import { useReturnFocus } from '../lib/return-focus.ts';
import { useMay, useSession, useTimeZone } from '../lib/session.tsx';
import { shortDateTime } from '../lib/time.ts';
import type { ExportRow } from '../lib/types.ts';
import { MoreButton } from './more-button.tsx';
import { Line, Lines } from './part.tsx';
import { RelativeTime } from './relative-time.tsx';
import { Spoken } from './spoken.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from './states.tsx';
import { ToneBadge } from './tone-badge.tsx';
import type { Tone } from './tones.ts';

const REPORTS: Record<ExportRow['report'], string> = {
  dashboard: 'Dashboard',
  campaigns: 'Campaigns',
  sync_history: 'Sync History',
  deliverability: 'Deliverability',
  alerts: 'Alerts',
};

const STATES: Record<ExportRow['status'], [string, Tone]> = {
  queued: ['Waiting', 'gray'],
  running: ['Being made', 'brand'],
  ready: ['Ready', 'success'],
  failed: ['Failed', 'danger'],
  cancelled: ['Cancelled', 'gray'],
  expired: ['Expired', 'gray'],
};

/** Large exports of the organization: how far they are, and their files as long as these are kept. */
export default function ExportsDrawer({ onClose }: { onClose: () => void }) {
  useReturnFocus();
  const list = useInfiniteQuery(exportsOptions());
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title="Recent exports">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Large exports are made in the background and stand here; small ones were downloaded at once. Each file is kept
          for 24 hours, and only who is signed in can open it.
        </Text>
        {list.isPending && <LoadingBlocks label="Loading exports" heights={[48, 48]} />}
        {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && rows.length === 0 && (
          <EmptyState title="No exports in the background" Icon={IconFileOff}>
            When a page has more rows than can be downloaded at once, its export appears here.
          </EmptyState>
        )}
        {rows.length > 0 && (
          <Lines label="Recent exports">
            {rows.map((row) => (
              <ExportLine key={row.id} row={row} />
            ))}
          </Lines>
        )}
        <MoreButton query={list} what="exports" />
      </Stack>
    </Drawer>
  );
}

function ExportLine({ row }: { row: ExportRow }) {
  const [word, tone] = STATES[row.status];
  const made = `${REPORTS[row.report]}, ${row.format.toUpperCase()}`;
  const at = shortDateTime(row.created_at, useTimeZone());
  return (
    <Line
      name={
        <>
          {made} <ToneBadge tone={tone}>{word}</ToneBadge>
        </>
      }
      action={<Actions row={row} what={`${made} of ${at}`} />}
    >
      <div>Asked for {at}</div>
      {isOpen(row) && <HowFar row={row} />}
      <Outcome row={row} />
    </Line>
  );
}

function HowFar({ row }: { row: ExportRow }) {
  const { rows_done: done, rows_estimated: all, progress } = row;
  return (
    <div>
      <Progress.Root size="sm" my={4}>
        <Progress.Section value={(progress ?? 0) * 100} aria-label={`Progress of ${REPORTS[row.report]}`} />
      </Progress.Root>
      {all === null ? `${count(done)} rows so far` : `${count(done)} of about ${count(all)} rows`}
    </div>
  );
}

function Outcome({ row }: { row: ExportRow }): ReactNode {
  if (row.status === 'failed') return <div>{row.error ?? 'It could not be made.'} Export again.</div>;
  if (row.status !== 'ready') return null;
  return (
    <>
      <div>
        {count(row.rows_done)} rows{row.size !== null && `, ${fileSize(row.size)}`}
        {row.expires_at && (
          <>
            {' · '}the link ends <RelativeTime iso={row.expires_at} />
          </>
        )}
      </div>
      {!row.complete && <div>It ends after 500 pages. The CSV has all rows.</div>}
    </>
  );
}

function Actions({ row, what }: { row: ExportRow; what: string }) {
  const remove = useRemoveExport();
  const mine = useSession().user.id === row.requested_by;
  const others = useMay('organization:write');
  const open = isOpen(row);
  const may = (mine || others) && (open || row.status === 'ready');
  return (
    <Group gap="xs">
      {row.download_path && (
        <Button
          component="a"
          href={row.download_path}
          download={row.file_name}
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          Download<Spoken>{what}</Spoken>
        </Button>
      )}
      {may && (
        <Button
          variant="default"
          size="xs"
          loading={remove.isPending}
          leftSection={open ? <IconX size={14} aria-hidden /> : <IconTrash size={14} aria-hidden />}
          onClick={() => remove.mutate(row.id)}
        >
          {open ? 'Cancel' : 'Delete the file'}
          <Spoken>{what}</Spoken>
        </Button>
      )}
    </Group>
  );
}
