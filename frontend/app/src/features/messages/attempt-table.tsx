import { type Column, DataTable } from '../../components/data-table.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import type { SendAttempt } from '../../lib/types.ts';
import { OUTCOMES } from './words.ts';

const DECLARED: Record<string, string> = {
  declared_sent: 'A person said that it was sent',
  declared_not_sent: 'A person had it sent again',
};

const COLUMNS: Column<SendAttempt>[] = [
  { head: 'Try', cell: (row) => row.number, kind: 'num' },
  { head: 'Begun', cell: (row) => <ExactTime iso={row.started_at} />, kind: 'nowrap' },
  { head: 'Outcome', cell: (row) => DECLARED[row.code ?? ''] ?? OUTCOMES[row.outcome] },
  { head: 'Answer', cell: (row) => row.detail ?? '–', kind: 'break-anywhere' },
];

export function AttemptTable({ attempts }: { attempts: SendAttempt[] }) {
  return <DataTable label="Tries" look="dense" columns={COLUMNS} rows={attempts} rowKey={(row) => row.id} />;
}
