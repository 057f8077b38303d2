import { Button, Checkbox, Group, SimpleGrid, Text, TextInput } from '@mantine/core';
import { IconStethoscope } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { pathErrors } from '../../../lib/problem.ts';
import type { Connection, Discovery } from '../../../lib/types.ts';
import { useConnectMailbox, useTryMailbox } from '../api.ts';
import { bodyOf, type Draft, sourceOf } from './draft.ts';
import { ServerFields } from './server-fields.tsx';
import { SignInFields } from './sign-in-fields.tsx';
import { TestedForm } from './tested-form.tsx';

type Props = {
  draft: Draft;
  found: Discovery | null;
  note: ReactNode;
  onChange: (draft: Draft) => void;
  onBack: () => void;
  onConnected: (connection: Connection) => void;
};

/** Servers and sign-in, tried as often as needed. */
export function PasswordForm({ draft, found, note, onChange, onBack, onConnected }: Props) {
  const tried = useTryMailbox();
  const connected = useConnectMailbox();
  const last = connected.data?.data ?? tried.data?.data;
  const error = connected.error ?? tried.error;
  const errors = pathErrors(error);
  const test = () => {
    connected.reset();
    tried.mutate(bodyOf(draft));
  };
  const connect = () => {
    tried.reset();
    connected.mutate(bodyOf(draft), {
      onSuccess: ({ data }) => data.connection && onConnected(data.connection),
    });
  };
  return (
    <TestedForm
      result={last}
      error={error}
      onSubmit={connect}
      footer={
        <>
          <Text size="sm" c="dimmed">
            The test signs in to both servers and sends nothing. The mailbox is stored only if every step passes; the
            password is kept encrypted.
          </Text>
          <Group justify="space-between">
            <Button variant="subtle" onClick={onBack}>
              Back
            </Button>
            <Group gap="xs">
              <Button
                variant="default"
                loading={tried.isPending}
                disabled={connected.isPending || !draft.signIn.password}
                leftSection={<IconStethoscope size={16} aria-hidden />}
                onClick={test}
              >
                Test
              </Button>
              <Button type="submit" loading={connected.isPending} disabled={tried.isPending}>
                Test and connect
              </Button>
            </Group>
          </Group>
        </>
      }
    >
      {note}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TextInput
          label="E-mail address"
          type="email"
          required
          withAsterisk={false}
          value={draft.address}
          error={errors['address']}
          onChange={(e) => onChange({ ...draft, address: e.target.value })}
        />
      </SimpleGrid>
      <SignIn draft={draft} errors={errors} onChange={onChange} />
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        {(['imap', 'smtp'] as const).map((protocol) => (
          <ServerFields
            key={protocol}
            protocol={protocol}
            value={draft[protocol]}
            source={sourceOf(protocol, draft[protocol], found)}
            errors={errors}
            onChange={(server) => onChange({ ...draft, [protocol]: server })}
          />
        ))}
      </SimpleGrid>
    </TestedForm>
  );
}

type SignInProps = { draft: Draft; errors: Record<string, string>; onChange: (draft: Draft) => void };

function SignIn({ draft, errors, onChange }: SignInProps) {
  return (
    <>
      <SignInFields
        value={draft.signIn}
        usernameHint="Usually the address. Empty: the address."
        passwordHint="An app password, where your provider has them."
        errors={{ username: errors['username'], password: errors['password'] }}
        onChange={(signIn) => onChange({ ...draft, signIn })}
      />
      <Checkbox
        label="Sending needs a user name and password of its own"
        checked={draft.smtpOwn}
        onChange={(e) => onChange({ ...draft, smtpOwn: e.currentTarget.checked })}
      />
      {draft.smtpOwn && (
        <SignInFields
          prefix="SMTP"
          value={draft.smtpSignIn}
          errors={{ username: errors['smtp_username'], password: errors['smtp_password'] }}
          onChange={(smtpSignIn) => onChange({ ...draft, smtpSignIn })}
        />
      )}
    </>
  );
}
