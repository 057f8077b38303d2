import { Button, Fieldset, Group, Text, TextInput } from '@mantine/core';
import type { WayProps } from './sending-card.tsx';
import { Way } from './way.tsx';

export function InAppWay() {
  return (
    <Fieldset legend="In the app">
      <Text size="sm">Always on: every alert stands on the Alerts page at once.</Text>
    </Fieldset>
  );
}

export function SlackWay({ settings, draft, errors, onChange }: WayProps) {
  const { configured, hint, last } = settings.slack;
  const removed = draft.slackUrl === '' && configured;
  return (
    <Way name="Slack" on={draft.slackOn} onTurn={(slackOn) => onChange({ slackOn })} last={last}>
      <Text size="sm" className="break-anywhere">
        {removed ? 'Saving removes the stored address.' : stored(configured, hint)}
      </Text>
      <TextInput
        type="url"
        label={configured ? 'New address of the incoming webhook' : 'Address of the incoming webhook'}
        description="It is a secret: it is stored sealed, and not shown again."
        placeholder="https://hooks.slack.com/services/…"
        autoComplete="off"
        value={draft.slackUrl ?? ''}
        error={errors['slack.url']}
        onChange={(e) => onChange({ slackUrl: e.currentTarget.value || null })}
      />
      {configured && (
        <Group>
          <Button
            variant="default"
            size="xs"
            onClick={() => onChange(removed ? { slackUrl: null } : { slackUrl: '', slackOn: false })}
          >
            {removed ? 'Keep the stored Slack address' : 'Remove the stored Slack address'}
          </Button>
        </Group>
      )}
    </Way>
  );
}

const stored = (configured: boolean, hint: string | null) =>
  configured ? `Stored: ${hint ?? 'an address'}.` : 'No address is stored, so nothing is sent.';
