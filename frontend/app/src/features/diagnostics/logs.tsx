import { Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { LogTable } from '../../components/log-table.tsx';
import { useTimeZone } from '../../lib/session.tsx';
import { callbacksOptions, recordsOptions, refreshesOptions, webhooksOptions } from './api.ts';
import { CALLBACK_COLUMNS, HOOK_COLUMNS, REFRESH_COLUMNS } from './log-columns.tsx';
import { LogFilters } from './log-filters.tsx';
import { RECORD_COLUMNS } from './record-cells.tsx';
import { type Filter, isFiltered, NO_FILTER } from './search.ts';
import { CALLBACK_RESULTS, CONNECTION_STATUSES, REFRESH_OUTCOMES } from './words.ts';

type LogName = 'connections' | 'authorizations' | 'refreshes' | 'webhooks';
type Props = { filter: Filter; onFilter: (change: Filter) => void };

const labels = (words: Record<string, { label: string }>) =>
  Object.entries(words).map(([value, { label }]) => ({ value, label }));

const STATUSES = Object.entries(CONNECTION_STATUSES).map(([value, label]) => ({ value, label }));

const shared = ({ filter, onFilter }: Props) => ({
  filtered: isFiltered(filter),
  onClear: () => onFilter(NO_FILTER),
});

function Records(props: Props) {
  const log = useInfiniteQuery(recordsOptions(props.filter));
  return (
    <Stack gap="sm">
      <LogFilters filter={props.filter} onChange={props.onFilter} results={{ label: 'Status', choices: STATUSES }} />
      <LogTable
        {...shared(props)}
        what="connections"
        log={log}
        columns={RECORD_COLUMNS}
        rowKey={(r) => r.connection_id}
        empty="As soon as an account is connected, its record appears here."
      />
    </Stack>
  );
}

function Authorizations(props: Props) {
  const log = useInfiniteQuery(callbacksOptions(props.filter, useTimeZone()));
  return (
    <Stack gap="sm">
      <LogFilters
        filter={props.filter}
        onChange={props.onFilter}
        results={{ label: 'Result', choices: labels(CALLBACK_RESULTS) }}
        days
      />
      <LogTable
        {...shared(props)}
        what="authorizations"
        log={log}
        columns={CALLBACK_COLUMNS}
        rowKey={(r) => r.id}
        empty="Each time somebody connects or reconnects an account, what came back is noted here."
      />
    </Stack>
  );
}

function Refreshes(props: Props) {
  const log = useInfiniteQuery(refreshesOptions(props.filter, useTimeZone()));
  return (
    <Stack gap="sm">
      <LogFilters
        filter={props.filter}
        onChange={props.onFilter}
        results={{ label: 'Outcome', choices: labels(REFRESH_OUTCOMES) }}
        days
      />
      <LogTable
        {...shared(props)}
        what="refreshes"
        log={log}
        columns={REFRESH_COLUMNS}
        rowKey={(r) => r.id}
        empty="Tokens are renewed before they end; each try is noted here."
      />
    </Stack>
  );
}

function Webhooks(props: Props) {
  const log = useInfiniteQuery(webhooksOptions(props.filter));
  return (
    <Stack gap="sm">
      <LogFilters filter={props.filter} onChange={props.onFilter} />
      <LogTable
        {...shared(props)}
        what="webhooks"
        log={log}
        columns={HOOK_COLUMNS}
        rowKey={(r) => r.id}
        empty="When a provider tells us of a change by itself, it is noted here with what we did about it."
      />
    </Stack>
  );
}

const LOGS = { connections: Records, authorizations: Authorizations, refreshes: Refreshes, webhooks: Webhooks };

export default function Log({ name, ...props }: Props & { name: LogName }) {
  const Chosen = LOGS[name];
  return <Chosen {...props} />;
}
