import { Button, Card } from '@mantine/core';
import { IconFilterOff, IconListSearch } from '@tabler/icons-react';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { MoreButton } from '../../components/more-button.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ZoneNote } from '../../components/zone-note.tsx';
import type { Page } from '../../lib/pages.ts';

export type Column<Row> = { head: string; cell: (row: Row) => ReactNode; kind?: 'num' | 'nowrap' };

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
export function LogTable<Row>(props: Props<Row>) {
  const { what, log, filtered, onClear, empty } = props;
  const rows = log.data?.pages.flatMap((page) => page.data) ?? [];
  if (log.isPending) return <LoadingBlocks label={`Loading ${what}`} heights={[36, 48, 48, 48]} />;
  if (!log.data) return <ErrorState error={log.error} onRetry={() => void log.refetch()} />;
  if (rows.length === 0) return <Nothing what={what} filtered={filtered} onClear={onClear} empty={empty} />;
  return (
    <>
      <ZoneNote />
      <Card p={0} component="section" aria-label={capital(what)}>
        <Rows {...props} rows={rows} />
        <MoreButton query={log} what={what} />
      </Card>
    </>
  );
}

function Rows<Row>({ what, columns, rows, rowKey }: Props<Row> & { rows: Row[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="table-box" tabIndex={0} aria-label={`Table of ${what}, scrolls sideways`}>
      <table className="table table-wide">
        <thead>
          <tr>
            {columns.map(({ head, kind }) => (
              <th key={head} className={kind}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ head, cell, kind }) => (
                <td key={head} className={kind}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
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
