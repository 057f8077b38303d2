import { Button, Group, Select, Text } from '@mantine/core';
import { Part } from '../../components/part.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { pathErrors } from '../../lib/problem.ts';
import { zoneLabel } from '../../lib/time.ts';
import type { AlertSettings } from '../../lib/types.ts';
import { useSaveSettings } from './api.ts';
import { type Draft, toBody } from './draft.ts';
import { type Edits, isOutdated } from './edits.ts';
import { EmailWay } from './email-way.tsx';
import { SavedNow } from './saved-now.tsx';
import { InAppWay, SlackWay } from './slack-way.tsx';
import { WebhookWay } from './webhook-way.tsx';

export type WayProps = {
  settings: AlertSettings;
  draft: Draft;
  errors: Record<string, string>;
  onChange: (patch: Partial<Draft>) => void;
};

export function SendingCard({ settings, edits }: { settings: AlertSettings; edits: Edits<Draft> }) {
  const save = useSaveSettings();
  const submit = () =>
    save.mutate(
      { version: edits.version, body: toBody(edits.value, settings.enabled) },
      {
        onSuccess: () => {
          edits.discard();
          notifyOk('Alert settings saved');
        },
        onError: edits.refused,
      },
    );
  const secret = save.data?.webhook.secret;
  const way: WayProps = { settings, draft: edits.value, errors: pathErrors(save.error), onChange: edits.change };
  return (
    <Part
      title="How alerts are sent"
      lead="In the app they stand at once. From there they go out by each way that is on."
    >
      <When {...way} />
      <InAppWay />
      <EmailWay {...way} />
      <SlackWay {...way} />
      <WebhookWay {...way} />
      {secret && (
        <ShownOnce title="The signing secret" what="the secret" secret={secret} onClose={save.reset}>
          <Text size="sm">Your server verifies with it that an alert comes from us.</Text>
        </ShownOnce>
      )}
      {save.error && <ErrorState error={save.error} />}
      {isOutdated(save.error) && edits.dirty && <SavedNow settings={settings} />}
      <Group>
        <Button disabled={!edits.dirty} loading={save.isPending} onClick={submit}>
          Save settings
        </Button>
        {edits.dirty && (
          <Button variant="subtle" onClick={edits.discard}>
            Discard changes<Spoken>of the settings</Spoken>
          </Button>
        )}
      </Group>
    </Part>
  );
}

const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  value: String(hour),
  label: `${String(hour).padStart(2, '0')}:00`,
}));
const TIMES = [
  { value: 'instant', label: 'At once' },
  { value: 'daily', label: 'In the daily digest' },
];

function When({ settings, draft, onChange }: WayProps) {
  return (
    <>
      <Group gap="sm" align="flex-start">
        <Select
          label="When alerts are sent"
          description="For rules that do not say it themselves"
          flex="1 1 220px"
          maw={{ sm: 300 }}
          allowDeselect={false}
          data={TIMES}
          value={draft.frequency}
          onChange={(next) => onChange({ frequency: next as Draft['frequency'] })}
        />
        <Select
          label="Hour of the digest"
          description={`In ${zoneLabel(settings.time_zone)}`}
          flex="1 1 220px"
          maw={{ sm: 300 }}
          allowDeselect={false}
          data={HOURS}
          value={String(draft.digestHour)}
          onChange={(next) => onChange({ digestHour: Number(next) })}
        />
      </Group>
      <Text size="sm" c="dimmed" component="div">
        {settings.next_digest_at ? (
          <>
            The next digest is sent <ExactTime iso={settings.next_digest_at} />.
          </>
        ) : (
          'Nothing waits for a digest. On a day without alerts none is sent.'
        )}
      </Text>
    </>
  );
}
