import { Fieldset, Group, Stack, Switch, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { AlertSettings } from '../../lib/types.ts';
import { errorWords, StateBadge } from './delivery-words.tsx';
import { OnLabel } from './on-label.tsx';

type Props = { name: string; on: boolean; onTurn: (on: boolean) => void; last: Last | null; children: ReactNode };
type Last = NonNullable<AlertSettings['email']['last']>;

/** One way out: whether it is on, where it leads, and what came of the latest. */
export function Way({ name, on, onTurn, last, children }: Props) {
  return (
    <Fieldset legend={name}>
      <Stack gap="sm">
        <Switch label={<OnLabel of={name} />} checked={on} onChange={(e) => onTurn(e.currentTarget.checked)} />
        {children}
        {last && <Latest last={last} />}
      </Stack>
    </Fieldset>
  );
}

function Latest({ last }: { last: Last }) {
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed" component="div">
        The latest, <RelativeTime iso={last.at} />:
      </Text>
      <StateBadge status={last.status} />
      {last.error && <Text size="sm">{errorWords(last.error, last.http_status)}</Text>}
    </Group>
  );
}
