import { Button, Group, Text, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { useRenewSecret } from './api.ts';
import type { WayProps } from './sending-card.tsx';
import { Way } from './way.tsx';

export function WebhookWay({ settings, draft, errors, onChange }: WayProps) {
  const { configured, url, last } = settings.webhook;
  return (
    <Way name="Signed webhook" on={draft.webhookOn} onTurn={(webhookOn) => onChange({ webhookOn })} last={last}>
      <TextInput
        type="url"
        label="Address of your server"
        description="https at a public address; it answers with 2xx. Empty removes it."
        placeholder="https://example.com/hooks/alerts"
        value={draft.webhookUrl ?? url ?? ''}
        error={errors['webhook.url']}
        onChange={(e) => onChange({ webhookUrl: e.currentTarget.value === (url ?? '') ? null : e.currentTarget.value })}
      />
      <Text size="sm">
        Each message is signed by Standard Webhooks, so that your server can tell it comes from us. Types: alert.raised,
        alert.recovered, alert.digest, alert.test.
      </Text>
      {configured && <Secret />}
    </Way>
  );
}

function Secret() {
  const [asking, setAsking] = useState(false);
  const renew = useRenewSecret();
  return (
    <>
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconKey size={14} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          Make a new signing secret
        </Button>
      </Group>
      {asking && (
        <ConfirmDialog
          title="Make a new signing secret?"
          confirm="Make a new secret"
          pending={renew.isPending}
          error={renew.error}
          onConfirm={() => renew.mutate(undefined, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        >
          It is shown once. The one before signs no longer from this moment on: until your server knows the new one, it
          cannot verify our messages.
        </ConfirmDialog>
      )}
      {renew.data && !asking && (
        <ShownOnce title="The signing secret" what="the secret" secret={renew.data} onClose={renew.reset}>
          <Text size="sm">Your server verifies with it that an alert comes from us.</Text>
        </ShownOnce>
      )}
    </>
  );
}
