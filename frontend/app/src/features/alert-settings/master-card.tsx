import { Group, Switch, Text } from '@mantine/core';
import { IconBell, IconBellOff } from '@tabler/icons-react';
import { Part } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { notifyOk } from '../../lib/notify.ts';
import type { AlertSettings } from '../../lib/types.ts';
import { useSaveSettings } from './api.ts';
import { draftOf, toBody } from './draft.ts';

type Props = { settings: AlertSettings; onSaved: (version: number) => void };

/** It acts at once, and leaves what is being typed below as it is. */
export function MasterCard({ settings, onSaved }: Props) {
  const save = useSaveSettings();
  const { enabled, version } = settings;
  const turn = (on: boolean) =>
    save.mutate(
      { version, body: toBody(draftOf(settings), on) },
      {
        onSuccess: (saved) => {
          onSaved(saved.version);
          notifyOk(on ? 'Alert rules switched on' : 'Alert rules switched off');
        },
      },
    );
  return (
    <Part title="Alerts" actions={<State on={enabled} />}>
      <Switch
        label="Watch by the rules below"
        checked={enabled}
        disabled={save.isPending}
        onChange={(e) => turn(e.currentTarget.checked)}
      />
      <Text size="sm">
        {enabled
          ? 'Every rule that is on is evaluated every hour, and soon after new data.'
          : 'No rule is evaluated, and nothing of them is told.'}{' '}
        That an integration was disconnected is always told at once, in the app and by every channel that is on.
      </Text>
      {save.error && <ErrorState error={save.error} />}
    </Part>
  );
}

function State({ on }: { on: boolean }) {
  return (
    <Group gap="xs">
      <ToneBadge tone={on ? 'success' : 'gray'} Icon={on ? IconBell : IconBellOff}>
        {on ? 'Rules are on' : 'Rules are off'}
      </ToneBadge>
    </Group>
  );
}
