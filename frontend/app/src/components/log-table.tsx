import { Button, Card } from '@mantine/core';
import { IconFilterOff, IconListSearch } from '@tabler/icons-react';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { Page } from '../lib/pages.ts';
import { type Column, DataTable } from './data-table.tsx';
import { MoreButton } from './more-button.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from './states.tsx';
import { ZoneNote } from './zone-note.tsx';

type Props<Row> = {
  /** A plural for labels and the button: "refreshes". */
  what: string;
  log: UseInfiniteQueryResult<InfiniteData<Page<Row>>, unknown>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  filtered: boolean;
  onClear: () => void;
  empty: string;
};

/** A log, newest first, with its states: loading, failed, nothing yet, nothing that matches, rows, more rows. */
export function LogTable<Row>({ what, log, columns, rowKey, filtered, onClear, empty }: Props<Row>) {
  const rows = log.data?.pages.flatMap((page) => page.data) ?? [];
  if (log.isPending) return <LoadingBlocks label={`Loading ${what}`} heights={[36, 48, 48, 48]} />;
  if (!log.data) return <ErrorState error={log.error} onRetry={() => void log.refetch()} />;
  if (rows.length === 0) return <Nothing what={what} filtered={filtered} onClear={onClear} empty={empty} />;
  return (
    <>
      <ZoneNote />
      <Card p={0} component="section" aria-label={capital(what)}>
        <DataTable label={`Table of ${what}`} look="wide" columns={columns} rows={rows} rowKey={rowKey} />
        <MoreButton query={log} what={what} />
      </Card>
    </>
  );
}

type NothingProps = { what: string; filtered: boolean; onClear: () => void; empty: string };

function Nothing({ what, filtered, onClear, empty }: NothingProps) {
  if (!filtered) {
    return (
      <EmptyState title={`No ${what} yet`} Icon={IconListSearch}>
        {empty}
      </EmptyState>
    );
  }
  const clear = (
    <Button variant="default" onClick={onClear}>
      Clear filters
    </Button>
  );
  return (
    <EmptyState title={`No ${what} match`} Icon={IconFilterOff} action={clear}>
      Try fewer or wider filters.
    </EmptyState>
  );
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
