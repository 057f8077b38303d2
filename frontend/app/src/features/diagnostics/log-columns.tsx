import { Code } from '@mantine/core';
import type { Column } from '../../components/data-table.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { duration } from '../../lib/time.ts';
import type { CallbackEntry, HookEntry, RefreshEntry } from '../../lib/types.ts';
import { AccountCell, ProviderCode, When } from './cells.tsx';
import { CALLBACK_RESULTS, HOOK_OUTCOMES, refreshWord, spell } from './words.ts';

/** Every authorization, from the click to what came back (M11). */
export const CALLBACK_COLUMNS: Column<CallbackEntry>[] = [
  { head: 'Started', cell: (r) => <When at={r.at} />, kind: 'nowrap' },
  {
    head: 'Account',
    cell: (r) => (
      <AccountCell provider={r.provider} connectionId={r.connection_id} label={r.account_label ?? r.provider_label} />
    ),
  },
  {
    head: 'Result',
    cell: (r) => (
      <>
        <ToneBadge tone={CALLBACK_RESULTS[r.result].tone}>{CALLBACK_RESULTS[r.result].label}</ToneBadge>
        {r.outcome && <span className="sub">{spell(r.outcome)}</span>}
      </>
    ),
  },
  { head: 'What happened', cell: (r) => <CallbackReason row={r} /> },
  { head: 'By', cell: (r) => r.user_name ?? 'Former member' },
  { head: 'Took', cell: (r) => duration(between(r.at, r.finished_at)), kind: 'num' },
];

function CallbackReason({ row }: { row: CallbackEntry }) {
  return (
    <div className="break-anywhere">
      {row.reason}
      {row.provider_error && <span className="sub">The provider said: {row.provider_error}</span>}
      {row.missing_scopes.length > 0 && <span className="sub">Not granted: {row.missing_scopes.join(', ')}</span>}
      {row.result === 'failure' && row.expected_redirect_uri && (
        <span className="sub">
          Expected redirect address: <Code fz="xs">{row.expected_redirect_uri}</Code>
        </span>
      )}
    </div>
  );
}

/** Every try at a token endpoint (M12). */
export const REFRESH_COLUMNS: Column<RefreshEntry>[] = [
  { head: 'When', cell: (r) => <When at={r.at} />, kind: 'nowrap' },
  {
    head: 'Account',
    cell: (r) => <AccountCell provider={r.provider} connectionId={r.connection_id} label={r.account_label} />,
  },
  {
    head: 'Outcome',
    cell: (r) => <ToneBadge tone={refreshWord(r.outcome).tone}>{refreshWord(r.outcome).label}</ToneBadge>,
  },
  { head: 'Answer', cell: (r) => r.status ?? 'None', kind: 'num' },
  { head: 'The provider’s words', cell: (r) => <span className="break-anywhere">{r.reason || '–'}</span> },
  {
    head: 'Code and request id',
    cell: (r) => <ProviderCode code={r.provider_code} requestId={r.provider_request_id} />,
  },
  { head: 'Took', cell: (r) => duration(r.duration_ms), kind: 'num' },
];

/** What providers told us, and what came of it (M13). */
export const HOOK_COLUMNS: Column<HookEntry>[] = [
  { head: 'Received', cell: (r) => <When at={r.received_at} />, kind: 'nowrap' },
  {
    head: 'Account',
    cell: (r) => <AccountCell provider={r.provider} connectionId={r.connection_id} label={r.account_label} />,
  },
  {
    head: 'Event',
    cell: (r) => (
      <>
        {spell(r.kind)}
        <span className="sub break-anywhere">{r.topic}</span>
      </>
    ),
  },
  { head: 'What we did', cell: (r) => HOOK_OUTCOMES[r.outcome] ?? spell(r.outcome) },
  { head: 'Happened', cell: (r) => (r.occurred_at ? <When at={r.occurred_at} /> : 'Not told'), kind: 'nowrap' },
  { head: 'Repeats', cell: (r) => r.duplicates, kind: 'num' },
  { head: 'Took', cell: (r) => duration(r.duration_ms), kind: 'num' },
];

const between = (from: string, to: string | null) => (to ? Date.parse(to) - Date.parse(from) : null);
