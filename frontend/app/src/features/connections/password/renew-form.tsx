import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Disclosure } from '../../../components/disclosure.tsx';
import { notifyOk } from '../../../lib/notify.ts';
import { pathErrors, problemCode } from '../../../lib/problem.ts';
import type { Connection, MailboxRenewal } from '../../../lib/types.ts';
import { useRenewPassword } from '../api.ts';
import { type Draft, emptyDraft, smtpBody } from './draft.ts';
import { ServerFields } from './server-fields.tsx';
import { SignInFields } from './sign-in-fields.tsx';
import { TestedForm } from './tested-form.tsx';

/** A new password for the mailbox that is there. The account is pinned; its servers stay unless they are given. */
export default function RenewForm({ connection, onDone }: { connection: Connection; onDone: () => void }) {
  const [draft, setDraft] = useState(emptyDraft(connection.account_label));
  const [moved, setMoved] = useState(false);
  const renew = useRenewPassword(connection.id);
  const errors = pathErrors(renew.error);
  const smtp = draft.smtpOwn || problemCode(renew.error) === 'smtp_credentials'; // the server keeps a pair of its own
  const result = renew.data?.data;
  const submit = () =>
    renew.mutate(bodyOf({ ...draft, smtpOwn: smtp }, moved), {
      onSuccess: ({ data }) => {
        if (!data.ok) return;
        notifyOk(`${connection.account_label} works again`, 'All its settings are as they were.');
        onDone();
      },
    });
  return (
    <TestedForm
      result={result?.ok ? undefined : result}
      error={renew.error}
      onSubmit={submit}
      footer={
        <Group>
          <Button type="submit" loading={renew.isPending} disabled={!draft.signIn.password}>
            Test and reconnect
          </Button>
        </Group>
      }
    >
      <SignInFields
        value={draft.signIn}
        usernameHint="Empty: as before."
        errors={{ username: errors['username'], password: errors['password'] }}
        onChange={(signIn) => setDraft({ ...draft, signIn })}
      />
      {smtp && (
        <SignInFields
          prefix="SMTP"
          usernameHint="Empty: as before."
          value={draft.smtpSignIn}
          errors={{ username: errors['smtp_username'], password: errors['smtp_password'] }}
          onChange={(smtpSignIn) => setDraft({ ...draft, smtpOwn: true, smtpSignIn })}
        />
      )}
      <Disclosure label="The servers changed, too">
        <Servers draft={draft} moved={moved} errors={errors} onMoved={setMoved} onChange={setDraft} />
      </Disclosure>
    </TestedForm>
  );
}

type ServersProps = {
  draft: Draft;
  moved: boolean;
  errors: Record<string, string>;
  onMoved: (moved: boolean) => void;
  onChange: (draft: Draft) => void;
};

function Servers({ draft, moved, errors, onMoved, onChange }: ServersProps) {
  return (
    <Stack gap="sm">
      <Checkbox
        label="Use these servers from now on"
        description="Both are tested. The mailbox itself stays the same."
        checked={moved}
        onChange={(e) => onMoved(e.currentTarget.checked)}
      />
      {moved &&
        (['imap', 'smtp'] as const).map((protocol) => (
          <ServerFields
            key={protocol}
            protocol={protocol}
            value={draft[protocol]}
            source="In place of the stored one."
            errors={errors}
            onChange={(server) => onChange({ ...draft, [protocol]: server })}
          />
        ))}
      {!moved && (
        <Text size="sm" c="dimmed">
          The stored servers are used.
        </Text>
      )}
    </Stack>
  );
}

const bodyOf = (draft: Draft, moved: boolean): MailboxRenewal => ({
  password: draft.signIn.password,
  username: draft.signIn.username.trim() || null,
  ...smtpBody(draft),
  ...(moved ? { imap: draft.imap, smtp: draft.smtp } : {}),
});
