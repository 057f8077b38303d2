import type { ReactNode } from 'react';
import { count } from '../../lib/numbers.ts';
import type { Measured, ProviderFigures } from '../../lib/types.ts';
import { secondsText, shareText } from './figures.ts';

type Column<Row> = { head: string; cell: (row: Row) => ReactNode };
type Props<Row> = { label: string; rows: Row[]; name: Column<Row>; columns: Column<Row>[] };

/** A name and numbers; scrolls in its own box on a narrow screen. */
function NumberTable<Row>({ label, rows, name, columns }: Props<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="table-box" tabIndex={0} aria-label={`${label}, scrolls sideways`}>
      <table className="table table-dense">
        <thead>
          <tr>
            <th>{name.head}</th>
            {columns.map(({ head }) => (
              <th key={head} className="num">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: sums have no id and come anew as a whole
            <tr key={index}>
              <td>{name.cell(row)}</td>
              {columns.map(({ head, cell }) => (
                <td key={head} className="num">
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

const PROVIDER: Column<ProviderFigures> = { head: 'Provider', cell: (one) => one.label };

/** Stands behind two figures, so each names its own. */
export function VerdictTable({ measured, label }: { measured: Measured; label: string }) {
  return (
    <NumberTable
      label={label}
      rows={measured.providers}
      name={PROVIDER}
      columns={[
        { head: 'Connections now', cell: (one) => count(one.connections) },
        { head: 'Verdicts', cell: (one) => count(one.verdicts) },
        { head: 'Wrong', cell: (one) => count(one.contradicted) },
        { head: 'Late', cell: (one) => count(one.late) },
      ]}
    />
  );
}

export function DetectionTable({ measured }: { measured: Measured }) {
  const labels = new Map(measured.providers.map((one) => [one.provider, one.label]));
  return (
    <NumberTable
      label="Detection by cause"
      rows={measured.causes}
      name={{ head: 'Cause', cell: (one) => <Named title={one.title} under={labels.get(one.provider)} /> }}
      columns={[
        { head: 'Verdicts', cell: (one) => count(one.verdicts) },
        { head: 'Half within', cell: (one) => secondsText(one.detection_p50_s) },
        { head: '99% within', cell: (one) => secondsText(one.detection_p99_s) },
      ]}
    />
  );
}

export function RefreshTable({ measured }: { measured: Measured }) {
  return (
    <NumberTable
      label="Refreshes by provider"
      rows={measured.providers}
      name={PROVIDER}
      columns={[
        { head: 'Calls', cell: (one) => count(one.refreshes) },
        { head: 'Refused', cell: (one) => count(one.refused) },
        { head: 'Success', cell: (one) => shareText(one.refresh_success) },
      ]}
    />
  );
}

function Named({ title, under }: { title: string; under: string | undefined }) {
  return (
    <>
      {title}
      {under && <span className="sub">{under}</span>}
    </>
  );
}
