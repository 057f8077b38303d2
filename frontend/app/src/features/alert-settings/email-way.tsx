import { Alert, Button, Checkbox, Group, Text, TextInput } from '@mantine/core';
import { IconMailQuestion } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useConfirmAddress } from './api.ts';
import type { WayProps } from './sending-card.tsx';
import { Way } from './way.tsx';

export function EmailWay({ settings, draft, errors, onChange }: WayProps) {
  const { recipients, last, pending_address: pending } = settings.email;
  return (
    <Way name="E-mail" on={draft.emailOn} onTurn={(emailOn) => onChange({ emailOn })} last={last}>
      <Text size="sm" className="break-anywhere">
        Mails go to {recipients.join(', ') || 'nobody: no owner or manager has a confirmed address'}.
      </Text>
      {pending && <Waiting address={pending} onKeep={() => onChange({ address: settings.email.address ?? '' })} />}
      <TextInput
        type="email"
        label="Address"
        description="Empty: owners and managers. Another address gets a code by mail, and nothing else until you enter it."
        placeholder="Owners and managers"
        value={draft.address}
        error={errors['email.address']}
        onChange={(e) => onChange({ address: e.currentTarget.value })}
      />
      <Checkbox
        label="Also mail that an integration was disconnected"
        description="The notice in the app cannot be switched off."
        checked={draft.onDisconnect}
        onChange={(e) => onChange({ onDisconnect: e.currentTarget.checked })}
      />
    </Way>
  );
}

/** Its form is none: it stands inside of the settings, and is sent by itself. */
function Waiting({ address, onKeep }: { address: string; onKeep: () => void }) {
  const [code, setCode] = useState('');
  const confirm = useConfirmAddress();
  const wrong = fieldErrors(confirm.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate(code.trim().toUpperCase(), {
      onSuccess: () => notifyOk('Address confirmed', `Alerts are mailed to ${address}.`),
    });
  };
  return (
    <Alert
      color="warning"
      variant="light"
      icon={<IconMailQuestion aria-hidden />}
      title={`${address} waits for its code`}
    >
      <form onSubmit={send}>
        <Text size="sm" mb="xs">
          We mailed a code of eight characters to it. It works for one day. Until then mails go where they went.
        </Text>
        <Group gap="sm" align="flex-end">
          <TextInput
            label="Code"
            autoComplete="one-time-code"
            maxLength={8}
            value={code}
            error={wrong['code']}
            onChange={(e) => setCode(e.currentTarget.value)}
          />
          <Button type="submit" disabled={code.trim().length !== 8} loading={confirm.isPending}>
            Confirm address
          </Button>
          <Button variant="subtle" onClick={onKeep}>
            Keep the address before
          </Button>
        </Group>
        {confirm.error && !wrong['code'] && <ErrorState error={confirm.error} />}
      </form>
    </Alert>
  );
}
