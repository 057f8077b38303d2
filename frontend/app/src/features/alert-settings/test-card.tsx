import { Button, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { Line, Lines, Part } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import { duration } from '../../lib/time.ts';
import type { ChannelResult } from '../../lib/types.ts';
import { useSendTest } from './api.ts';
import { errorWords } from './delivery-words.tsx';

const CHANNELS: Record<ChannelResult['channel'], string> = {
  in_app: 'In the app',
  email: 'E-mail',
  slack: 'Slack',
  webhook: 'Signed webhook',
};
const RESULTS: Record<ChannelResult['result'], [string, Tone]> = {
  sent: ['Sent', 'success'],
  failed: ['Failed', 'danger'],
  unknown: ['May have arrived', 'warning'],
  off: ['Off', 'gray'],
};

export function TestCard({ unsaved }: { unsaved: boolean }) {
  const test = useSendTest();
  const button = (
    <Button
      variant="default"
      leftSection={<IconSend size={16} aria-hidden />}
      loading={test.isPending}
      onClick={() => test.mutate()}
    >
      Send test alert
    </Button>
  );
  return (
    <Part title="Test" lead="Sends a test by every way that is on, and waits for what comes of it." actions={button}>
      {unsaved && <Text size="sm">It uses what is saved, not what you are changing above.</Text>}
      {test.error && <ErrorState error={test.error} />}
      {test.data && (
        <div role="status">
          <Lines label="Results of the test">
            {test.data.map((one) => (
              <Line key={`${one.channel} ${one.target}`} name={<Name one={one} />}>
                {detail(one)}
              </Line>
            ))}
          </Lines>
        </div>
      )}
    </Part>
  );
}

function Name({ one }: { one: ChannelResult }) {
  const [label, tone] = RESULTS[one.result];
  return (
    <>
      {CHANNELS[one.channel]}
      <ToneBadge tone={tone}>{label}</ToneBadge>
    </>
  );
}

function detail({ result, target, detail: why, http_status: status, duration_ms: took }: ChannelResult): string {
  if (result === 'off') return 'It is switched off, or has no address.';
  const answer = why ? errorWords(why, status) : status !== null && `It answered ${status}.`;
  return [target && `To ${target}.`, answer, took !== null && `It took ${duration(took)}.`].filter(Boolean).join(' ');
}
