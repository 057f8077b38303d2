import { Alert, Button, Drawer, Group, Stack } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AskBeside } from '../../components/ask-beside.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { MailboxDetail, MailboxSettings } from '../../lib/types.ts';
import { wishFor } from '../connections/accounts.ts';
import { mailboxOptions, useSaveMailbox } from './api.ts';
import { MailboxFields } from './mailbox-fields.tsx';
import { ResetNote } from './reset-note.tsx';

export default function MailboxDrawer({ mailboxId, onClose }: { mailboxId: string; onClose: () => void }) {
  useReturnFocus();
  const mailbox = useQuery(mailboxOptions(mailboxId));
  const name = mailbox.data?.connection?.account_label ?? 'mailbox';
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={`Manage ${name}`}>
      {mailbox.isPending && <LoadingBlocks label="Loading settings" heights={[60, 60, 120, 60]} />}
      {mailbox.error && <ErrorState error={mailbox.error} onRetry={() => void mailbox.refetch()} />}
      {mailbox.data && <Form mailbox={mailbox.data} onClose={onClose} />}
    </Drawer>
  );
}

function Form({ mailbox, onClose }: { mailbox: MailboxDetail; onClose: () => void }) {
  const [base] = useState(mailbox.settings); // what the person saw: somebody else's change meanwhile is not undone
  const [draft, setDraft] = useState(base);
  const save = useSaveMailbox(mailbox);
  const manage = mailbox.actions.find((action) => action.code === 'manage');
  const may = manage?.allowed ?? false;
  const changed = changes(base, draft);
  const dirty = Object.keys(changed).length > 0;
  const errors = fieldErrors(save.error);
  const submit = () =>
    save.mutate(changed, {
      onSuccess: () => {
        notifyOk('Mailbox settings saved');
        onClose();
      },
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="lg">
        {!may && (
          <Alert color="gray" variant="light" p="sm" icon={<IconInfoCircle aria-hidden />}>
            <Stack gap="xs">
              {manage?.reason ?? 'You may see these settings, but not change them.'}
              {mailbox.connection && (
                <AskBeside wish={{ action: 'change_connection', ...wishFor(mailbox.connection) }} size="xs" />
              )}
            </Stack>
          </Alert>
        )}
        <MailboxFields value={draft} errors={errors} disabled={!may} onChange={setDraft} />
        {save.error && <ErrorState error={save.error} />}
        <Group justify="space-between">
          <Group>
            <Button type="submit" disabled={!may || !dirty} loading={save.isPending}>
              Save
            </Button>
            {dirty && (
              <Button variant="subtle" onClick={() => setDraft(base)}>
                Discard changes
              </Button>
            )}
          </Group>
          <Button variant="subtle" color="gray" disabled={!may} onClick={() => setDraft(mailbox.defaults)}>
            Use defaults
          </Button>
        </Group>
        <ResetNote mailbox={mailbox} />
      </Stack>
    </form>
  );
}

function changes(from: MailboxSettings, to: MailboxSettings): Partial<MailboxSettings> {
  const names = Object.keys(to) as (keyof MailboxSettings)[];
  const changed = names.filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]));
  return Object.fromEntries(changed.map((name) => [name, to[name]]));
}
