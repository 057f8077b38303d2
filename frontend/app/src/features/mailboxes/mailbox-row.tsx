import { Card, Group, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ErrorState } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { notifyOk, notifyTrouble } from '../../lib/notify.ts';
import type { Mailbox } from '../../lib/types.ts';
import { AccountDialogs, type Opened } from '../connections/account-dialogs.tsx';
import { useTest } from '../connections/api.ts';
import { TestPanel } from '../connections/test-panel.tsx';
import { useReserve } from './api.ts';
import { MailboxButtons } from './mailbox-buttons.tsx';
import { MailboxStatus } from './mailbox-status.tsx';

type Props = { mailbox: Mailbox; providerLabel: string; onManage: () => void };

export function MailboxRow({ mailbox, providerLabel, onManage }: Props) {
  const navigate = useNavigate();
  const { connection } = mailbox;
  const [open, setOpen] = useState<Opened>(null);
  const test = useTest(connection?.id ?? '');
  const reserve = useReserve(mailbox.id);
  const runTest = () => test.mutate(undefined, { onSuccess: ({ data }) => announce(mailbox, data) });
  const fill = () =>
    reserve.mutate(undefined, { onSuccess: () => void navigate({ to: '/integrations', hash: 'mailboxes' }) });
  return (
    <Card component="section" aria-label={`Mailbox slot ${mailbox.number}`} p="md">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <Who mailbox={mailbox} providerLabel={providerLabel} />
          <Group gap="xs">
            <MailboxStatus mailbox={mailbox} />
            {connection && connection.status !== 'connected' && <StatusBadge connection={connection} />}
          </Group>
        </Group>
        {mailbox.reason && <Text size="sm">{mailbox.reason}</Text>}
        {test.data && <TestPanel result={test.data.data} onDismiss={test.reset} />}
        {(test.error ?? reserve.error) && <ErrorState error={test.error ?? reserve.error} />}
        <MailboxButtons
          mailbox={mailbox}
          busy={test.isPending ? 'test' : reserve.isPending ? 'connect' : null}
          on={{
            manage: onManage,
            test: runTest,
            connect: fill,
            reconnect: () => setOpen('reconnect'),
            disconnect: () => setOpen('disconnect'),
          }}
        />
      </Stack>
      {connection && (
        <AccountDialogs connection={connection} providerLabel={providerLabel} open={open} onOpen={setOpen} />
      )}
    </Card>
  );
}

/** A failed test is told at the bottom left, a good one with its time (B40, B41). */
function announce(mailbox: Mailbox, result: { ok: boolean; checks: { ok: boolean; detail: string }[] }): void {
  const name = mailbox.connection?.account_label ?? `Slot ${mailbox.number}`;
  const failed = result.checks.find((check) => !check.ok);
  if (result.ok) notifyOk(`${name} works`, 'Tested just now.');
  else notifyTrouble(`${name} does not work`, failed?.detail);
}

function Who({ mailbox, providerLabel }: { mailbox: Mailbox; providerLabel: string }) {
  const { connection } = mailbox;
  return (
    <div>
      <Text size="sm" c="dimmed">
        Slot {mailbox.number}
        {connection && ` · ${providerLabel}`}
        {mailbox.own && ' · yours'}
      </Text>
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {connection?.account_label ?? 'No mailbox'}
      </Text>
      {mailbox.last_verified_at && (
        <Text size="sm" c="dimmed">
          Verified <RelativeTime iso={mailbox.last_verified_at} />
        </Text>
      )}
    </div>
  );
}
