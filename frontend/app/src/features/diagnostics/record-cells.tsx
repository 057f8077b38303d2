import type { Column } from '../../components/data-table.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { plural } from '../../lib/numbers.ts';
import type { ConnectionRecord } from '../../lib/types.ts';
import { AccountCell, Ago } from './cells.tsx';
import { refreshWord, spell } from './words.ts';

type Props = { row: ConnectionRecord };

/** What the database holds about a connection; its secrets are never part of it. */
export const RECORD_COLUMNS: Column<ConnectionRecord>[] = [
  {
    head: 'Account',
    cell: (r) => (
      <>
        <AccountCell provider={r.provider} connectionId={r.connection_id} label={r.account_label} />
        <span className="sub clip">{r.external_id}</span>
      </>
    ),
  },
  { head: 'Status', cell: (r) => <RecordStatus row={r} /> },
  { head: 'Last refresh', cell: (r) => <LastRefresh row={r} />, kind: 'nowrap' },
  { head: 'Last call', cell: (r) => <LastCall row={r} />, kind: 'nowrap' },
  { head: 'Last sync', cell: (r) => <Ago at={r.last_sync_at} />, kind: 'nowrap' },
  { head: 'Next refresh', cell: (r) => <Ago at={r.next_refresh_at} none="None planned" />, kind: 'nowrap' },
  { head: 'Next sync', cell: (r) => <Ago at={r.next_sync_at} none="Paused" />, kind: 'nowrap' },
  { head: 'Credential', cell: (r) => <Credential row={r} />, kind: 'nowrap' },
];

function RecordStatus({ row }: Props) {
  return (
    <>
      <StatusBadge connection={row} />
      {row.cause && <span className="sub">{spell(row.cause)}</span>}
    </>
  );
}

function LastRefresh({ row }: Props) {
  return (
    <>
      <Ago at={row.last_refresh_at} />
      {row.last_refresh_outcome && <span className="sub">{refreshWord(row.last_refresh_outcome).label}</span>}
    </>
  );
}

function LastCall({ row }: Props) {
  return (
    <>
      <Ago at={row.last_probe_at} />
      {row.last_probe_at && <span className="sub">{row.last_probe_failed ? 'It failed' : 'It worked'}</span>}
    </>
  );
}

function Credential({ row }: Props) {
  if (!row.has_credential) return 'None held';
  return (
    <>
      Version {row.credential_version}
      {row.token_expires_at && (
        <span className="sub">
          Token ends <Ago at={row.token_expires_at} />
        </span>
      )}
      {row.refusals_in_row > 0 && <span className="sub">{plural(row.refusals_in_row, 'refusal')} in a row</span>}
    </>
  );
}
