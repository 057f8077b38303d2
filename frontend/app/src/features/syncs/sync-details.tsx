import { Alert, Code, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { Disclosure } from '../../components/disclosure.tsx';
import { Copyable, Fact } from '../../components/evidence-list.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { count, plural } from '../../lib/numbers.ts';
import type { SyncRun } from '../../lib/types.ts';
import { SyncJournal } from './sync-journal.tsx';

/** What a row of the log expands to: totals, window, calls, the error in the provider's words (C25, C26). */
export function SyncDetails({ run }: { run: SyncRun }) {
  return (
    <Stack gap="md" py="xs">
      {run.error && <SyncError error={run.error} />}
      {run.note && <Text size="sm">{run.note}</Text>}
      {run.totals && <Totals totals={run.totals} />}
      <dl className="facts">
        {run.window_from && (
          <Fact name="Window">
            <ExactTime iso={run.window_from} /> – {run.window_until ? <ExactTime iso={run.window_until} /> : 'now'}
          </Fact>
        )}
        <Fact name="Campaigns">
          {count(run.campaigns_added)} new, {count(run.campaigns_changed)} changed
          {run.campaigns_total !== null && `, ${count(run.campaigns_total)} at the provider`}
        </Fact>
        <Fact name="Read">
          {plural(run.pages, 'page')} in {plural(run.calls_made, 'call')}
        </Fact>
        {run.request_id && (
          <Fact name="Trace id">
            <Copyable text={run.request_id} />
          </Fact>
        )}
      </dl>
      <Disclosure label="Calls to the provider">
        <SyncJournal syncId={run.id} />
      </Disclosure>
    </Stack>
  );
}

function Totals({ totals }: { totals: NonNullable<SyncRun['totals']> }) {
  const cells: [string, number][] = [
    ['Sent', totals.sent],
    ['Delivered', totals.delivered],
    ['Opened', totals.opened],
    ['Clicked', totals.clicked],
    ['Bounced', totals.bounced],
    ['Complaints', totals.complaints],
    ['Unsubscribes', totals.unsubscribes],
  ];
  return (
    <SimpleGrid cols={{ base: 3, sm: 7 }} spacing="xs">
      {cells.map(([label, value]) => (
        <div key={label}>
          <Text size="xs" c="dimmed">
            {label}
          </Text>
          <Text size="sm" fw={600} className="tnum">
            {count(value)}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

function SyncError({ error }: { error: NonNullable<SyncRun['error']> }) {
  return (
    <Alert color="danger" variant="light" p="sm" icon={<IconAlertCircle aria-hidden />} title={error.title}>
      <Text size="sm">{error.detail}</Text>
      <Text size="xs" mt={4} component="div">
        <Code>{error.code}</Code> {error.provider_code && <Code>{error.provider_code}</Code>}{' '}
        {error.provider_request_id && (
          <>
            Provider request <Copyable text={error.provider_request_id} />
          </>
        )}
      </Text>
    </Alert>
  );
}
