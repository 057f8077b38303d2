import { Group, Stack, Text } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { IconClockExclamation } from '@tabler/icons-react';
import { useState } from 'react';
import { ExactTime } from '../../components/relative-time.tsx';
import { panelStyle, toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import type { OutreachClock } from '../../lib/types.ts';
import { leftWords } from './clock-words.ts';

const TITLES: Record<OutreachClock['kind'], string> = {
  grace: 'Hour of grace',
  nine_days: 'Nine days',
};
const URGENT_MS = 60 * 60_000;

/** How long recipients still wait for their account, and what happens to how many of them then. */
export function Countdown({ clock }: { clock: OutreachClock }) {
  const [now, setNow] = useState(Date.now());
  useInterval(() => setNow(Date.now()), 10_000, { autoInvoke: true });
  const left = Date.parse(clock.due_at) - now;
  const tone = left < URGENT_MS ? 'danger' : 'warning';
  return (
    <section className="panel" style={{ ...panelStyle(tone), marginTop: 8 }} aria-label={TITLES[clock.kind]}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <IconClockExclamation size={18} color={toneInk(tone)} style={{ flexShrink: 0, marginTop: 2 }} aria-hidden />
        <Stack gap={2}>
          <Text size="sm" fw={600} className="tnum" role="timer">
            {TITLES[clock.kind]}: {leftWords(left)}
          </Text>
          <Text size="sm">
            At <ExactTime iso={clock.due_at} />: <Outcome clock={clock} />
          </Text>
          {clock.uncounted_s >= 60 && (
            <Text size="xs">
              {plural(Math.round(clock.uncounted_s / 60), 'minute')} of our own downtime or of a provider’s incident are
              not counted.
            </Text>
          )}
        </Stack>
      </Group>
    </section>
  );
}

function Outcome({ clock: { recipients_stopped: stopped, recipients_freed: freed } }: { clock: OutreachClock }) {
  if (stopped + freed === 0) return 'nobody is assigned to this account, so nobody loses anything.';
  return (
    <>
      {plural(stopped, 'recipient')} with mail from this account will get nothing more of this campaign, for ever;{' '}
      {plural(freed, 'recipient')} without will be free for other accounts.
    </>
  );
}
