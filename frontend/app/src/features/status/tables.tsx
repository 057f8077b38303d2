import { type Column, DataTable } from '../../components/data-table.tsx';
import { count } from '../../lib/numbers.ts';
import type { Measured, ProviderFigures } from '../../lib/types.ts';
import { secondsText, shareText } from './figures.ts';

const PROVIDER: Column<ProviderFigures> = { head: 'Provider', cell: (one) => one.label };
const providerOf = (one: ProviderFigures) => one.provider;

/** Stands behind two figures, so each names its own. */
export function VerdictTable({ measured, label }: { measured: Measured; label: string }) {
  return (
    <DataTable
      look="dense"
      label={label}
      rows={measured.providers}
      rowKey={providerOf}
      columns={[
        PROVIDER,
        { head: 'Connections now', cell: (one) => count(one.connections), kind: 'num' },
        { head: 'Verdicts', cell: (one) => count(one.verdicts), kind: 'num' },
        { head: 'Wrong', cell: (one) => count(one.contradicted), kind: 'num' },
        { head: 'Late', cell: (one) => count(one.late), kind: 'num' },
      ]}
    />
  );
}

export function DetectionTable({ measured }: { measured: Measured }) {
  const labels = new Map(measured.providers.map((one) => [one.provider, one.label]));
  return (
    <DataTable
      look="dense"
      label="Detection by cause"
      rows={measured.causes}
      rowKey={(one) => `${one.provider} ${one.cause}`}
      columns={[
        { head: 'Cause', cell: (one) => <Named title={one.title} under={labels.get(one.provider)} /> },
        { head: 'Verdicts', cell: (one) => count(one.verdicts), kind: 'num' },
        { head: 'Half within', cell: (one) => secondsText(one.detection_p50_s), kind: 'num' },
        { head: '99% within', cell: (one) => secondsText(one.detection_p99_s), kind: 'num' },
      ]}
    />
  );
}

export function RefreshTable({ measured }: { measured: Measured }) {
  return (
    <DataTable
      look="dense"
      label="Refreshes by provider"
      rows={measured.providers}
      rowKey={providerOf}
      columns={[
        PROVIDER,
        { head: 'Calls', cell: (one) => count(one.refreshes), kind: 'num' },
        { head: 'Refused', cell: (one) => count(one.refused), kind: 'num' },
        { head: 'Success', cell: (one) => shareText(one.refresh_success), kind: 'num' },
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
