import type { ReactNode } from 'react';

export type Column<Row> = {
  head: string;
  cell: (row: Row) => ReactNode;
  kind?: 'num' | 'nowrap' | 'break-anywhere';
};

type BoxProps = { label: string; maxHeight?: number; children: ReactNode };

/** What is too wide for a narrow screen scrolls in its own box, never the page. */
export function TableBox({ label, maxHeight, children }: BoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="table-box" tabIndex={0} aria-label={`${label}, scrolls sideways`} style={{ maxHeight }}>
      {children}
    </section>
  );
}

type TableProps<Row> = {
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  look?: 'dense' | 'wide';
  minWidth?: number;
};

/** Rows that are nothing but their columns; one that opens or leads on draws itself. */
export function BareTable<Row>({ columns, rows, rowKey, look, minWidth }: TableProps<Row>) {
  return (
    <table className={look ? `table table-${look}` : 'table'} style={{ minWidth }}>
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
  );
}

export function DataTable<Row>({ label, maxHeight, ...table }: Omit<BoxProps, 'children'> & TableProps<Row>) {
  return (
    <TableBox label={label} maxHeight={maxHeight}>
      <BareTable {...table} />
    </TableBox>
  );
}
