import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconRefresh, IconScale } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { panelStyle, type Tone } from '../../components/tones.ts';
import { rangeWords } from '../../lib/days.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { useBlocked } from '../../lib/standing.ts';
import { dayOf, zoneLabel } from '../../lib/time.ts';
import type { Reconciliation } from '../../lib/types.ts';
import { reconciliationsOptions, useReconcile } from './api.ts';
import { ComparedTable } from './compared-table.tsx';
import { adviceOf } from './reconciliation-words.ts';

type Props = { connectionId: string; provider: string; providerLabel: string };

/** Our figures beside the provider's own totals, which are asked for by another way (F7 to F9). */
export function ReconciliationPart({ connectionId, provider, providerLabel }: Props) {
  const list = useInfiniteQuery(reconciliationsOptions(connectionId));
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];
  const running = rows[0]?.status === 'queued' || rows[0]?.status === 'running';
  const failed = rows[0]?.status === 'failed' ? rows[0] : undefined;
  const done = rows.find(({ status }) => status === 'done');
  return (
    <Part
      title={`Compared with ${providerLabel}’s own totals`}
      lead="Once a day the totals of the last 90 days are asked for by another way than figures are read by."
      actions={<RunNow connectionId={connectionId} provider={provider} running={running} />}
    >
      {list.isPending && <LoadingBlocks label="Loading comparison" heights={[60, 120]} />}
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && !done && !failed && !running && (
        <EmptyState title="Not compared yet" Icon={IconScale}>
          The first comparison comes within a day after the first sync. You can also run one now.
        </EmptyState>
      )}
      {running && (
        <Text size="sm" role="status">
          Comparing. With a busy account it can wait for up to two hours until {providerLabel} allows questions.
        </Text>
      )}
      {failed && <Failed row={failed} />}
      {done && <Found found={done} provider={provider} providerLabel={providerLabel} />}
    </Part>
  );
}

function RunNow({ connectionId, provider, running }: { connectionId: string; provider: string; running: boolean }) {
  const rights = useRightsTo('syncs:write');
  const blocked = useBlocked();
  const run = useReconcile(connectionId);
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs">
        <Managed
          rights={rights.may && blocked ? { may: false, reason: blocked } : rights}
          wish={{ action: 'sync', account: { id: connectionId, provider } }}
        >
          {(may) => (
            <Button
              variant="default"
              size="xs"
              disabled={!may}
              loading={run.isPending || running}
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={() => run.mutate()}
            >
              Compare now
            </Button>
          )}
        </Managed>
      </Group>
      {run.error != null && <ErrorState error={run.error} />}
    </Stack>
  );
}

function Failed({ row }: { row: Reconciliation }) {
  return (
    <div className="panel" style={panelStyle('gray')}>
      <Text size="sm" fw={600}>
        {row.error?.title ?? 'The last comparison could not be made'}
      </Text>
      <Text size="sm">
        {row.error?.detail} Tried <RelativeTime iso={row.finished_at ?? row.created_at} />; the next one comes within a
        day.
      </Text>
    </div>
  );
}

const TONES: Record<NonNullable<Reconciliation['verdict']>, Tone> = {
  normal: 'success',
  watch: 'warning',
  alarm: 'danger',
  unknown: 'gray',
};

type FoundProps = { found: Reconciliation; provider: string; providerLabel: string };

function Found({ found, provider, providerLabel }: FoundProps) {
  const { title, what } = adviceOf(found, providerLabel);
  const verdict = found.verdict ?? 'unknown';
  return (
    <>
      <div className="panel" style={panelStyle(TONES[verdict])}>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Text size="sm">{what}</Text>
        {(verdict === 'watch' || verdict === 'alarm') && (
          <WhatToDo connectionId={found.connection_id} provider={provider} alarm={verdict === 'alarm'} />
        )}
      </div>
      <ComparedTable rows={found.metrics} providerLabel={providerLabel} />
      <Days found={found} />
    </>
  );
}

function WhatToDo({ connectionId, provider, alarm }: { connectionId: string; provider: string; alarm: boolean }) {
  const search = { account: connectionId, tab: 'settings' } as const;
  return (
    <Group gap="md" mt={6}>
      <Anchor
        size="sm"
        underline="always"
        renderRoot={(props) => <Link {...props} to="/integrations/$provider" params={{ provider }} search={search} />}
      >
        Check the sync settings
      </Anchor>
      {alarm && (
        <Anchor
          size="sm"
          underline="always"
          renderRoot={(props) => <Link {...props} to="/help" search={{ tab: 'contact' }} />}
        >
          Contact support
        </Anchor>
      )}
    </Group>
  );
}

/** Which days were compared: ours in the organization's zone, theirs in the account's. */
function Days({ found }: { found: Reconciliation }) {
  const zone = useTimeZone();
  const { window_from: from, window_until: until, account_time_zone: theirs, finished_at: at } = found;
  const last = until && dayOf(Date.parse(until) - 1, zone);
  return (
    <Text size="xs" c="dimmed" component="div">
      {from && last && `${rangeWords(dayOf(Date.parse(from), zone), last)}: ours in ${zoneLabel(zone)}`}
      {from && theirs && `, theirs in ${zoneLabel(theirs)}`}
      {from && '. '}
      {at && (
        <>
          Compared <RelativeTime iso={at} />.
        </>
      )}
    </Text>
  );
}
