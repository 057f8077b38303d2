import { Stack, Text } from '@mantine/core';
import { Disclosure } from '../../components/disclosure.tsx';
import { Line, Lines } from '../../components/part.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { plural } from '../../lib/numbers.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDate } from '../../lib/time.ts';
import type { RuleChange, RulePreview, RulesPreview, WouldHaveFired } from '../../lib/types.ts';

type Props = { preview: RulesPreview | undefined; asked: RuleChange[]; now: RuleChange };

/** What one rule would have told, as long as it is still the rule that was asked about. */
export function RuleFired({ preview, asked, now }: Props) {
  const zone = useTimeZone();
  const found = preview?.rules.find(({ kind }) => kind === now.kind);
  if (!preview || !found) return null;
  const before = asked.find(({ kind }) => kind === now.kind);
  if (JSON.stringify(before) !== JSON.stringify(now)) {
    return <Told>Changed since you looked at the 90 days. Look again to see what it would have told.</Told>;
  }
  const span = `from ${shortDate(preview.since, zone)} to ${shortDate(preview.until, zone)}`;
  if (!found.available) return <Told>There is no data for it yet.</Told>;
  if (!now.enabled) return <Told>It is off, and would have told nothing.</Told>;
  if (found.fired === 0) return <Told>It would not have fired {span}.</Told>;
  return <Fired found={found} span={span} />;
}

function Told({ children }: { children: React.ReactNode }) {
  return (
    <Text size="sm" role="status">
      {children}
    </Text>
  );
}

function Fired({ found, span }: { found: RulePreview; span: string }) {
  const { fired, episodes, words } = found;
  return (
    <Stack gap="xs">
      <Told>
        It would have fired {plural(fired, 'time')} {span}, with figures as they are known today. {words}
      </Told>
      <Disclosure label={fired > episodes.length ? `The latest ${episodes.length}` : 'When, and with which values'}>
        <Lines label="What would have fired">
          {episodes.map((one) => (
            <Episode key={`${one.subject} ${one.opened_at}`} one={one} />
          ))}
        </Lines>
      </Disclosure>
    </Stack>
  );
}

const ENDS = {
  recovered: 'over',
  settled: 'taken for the new usual level',
  moot: 'ended, since nothing was expected any more',
};

function Episode({ one }: { one: WouldHaveFired }) {
  return (
    <Line name={one.title}>
      <ExactTime iso={one.opened_at} />: {one.body}{' '}
      {one.ended_at && one.ended_by ? (
        <>
          {ENDS[one.ended_by]} <ExactTime iso={one.ended_at} />
        </>
      ) : (
        'Not over yet.'
      )}
    </Line>
  );
}
