import { Stack, Text, Title } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { count, percent } from '../../lib/numbers.ts';
import { points } from '../../lib/score.ts';
import type { Score, ScoreCap, ScoreRate } from '../../lib/types.ts';
import { ScoreLines } from './score-lines.tsx';

/** Everything behind the number: lines that add up, what holds it down, and the rates it reckons with. */
export function ScoreExplanation({ score }: { score: Score }) {
  return (
    <Stack gap="lg" mt="lg">
      <ScoreLines score={score} />
      {score.caps.length > 0 && (
        <section aria-label="Caps">
          <Title order={3}>Caps</Title>
          <Text size="sm" c="dimmed" mb="xs">
            Each of these facts holds the score at a number at most; the lowest one counts.
          </Text>
          <DataTable label="Caps" columns={CAPS} rows={score.caps} rowKey={capKey} look="dense" minWidth={520} />
        </section>
      )}
      {score.rates.length > 0 && (
        <section aria-label="Rates">
          <Title order={3}>Rates</Title>
          <Text size="sm" c="dimmed" mb="xs">
            A rate of few messages begins at what is usual and moves to what is observed as mail comes. Observed is not
            the plain share: mail of 14 days ago weighs half, and a soft bounce counts as a quarter.
          </Text>
          <DataTable
            label="Rates"
            columns={RATES}
            rows={score.rates}
            rowKey={(rate) => rate.name}
            look="dense"
            minWidth={560}
          />
        </section>
      )}
      <Confidence />
    </Stack>
  );
}

const capKey = (cap: ScoreCap) => `${cap.name} ${cap.domain ?? ''}`;

const CAPS: Column<ScoreCap>[] = [
  { head: 'Fact', cell: (cap) => cap.text },
  { head: 'Domain', cell: (cap) => cap.domain ?? 'All' },
  { head: 'At most', cell: (cap) => points(cap.at_most), kind: 'num' },
  { head: 'Counts now', cell: (cap) => (cap.binding ? 'Yes' : 'No'), kind: 'nowrap' },
];

export const RATE_LABELS: Record<ScoreRate['name'], string> = {
  complaints: 'Spam complaints',
  bounces: 'Bounces',
  clicks: 'Clicks',
  opens: 'Opens by people',
  unsubscribes: 'Unsubscribes',
};

const RATES: Column<ScoreRate>[] = [
  { head: 'Rate', cell: (rate) => RATE_LABELS[rate.name] },
  {
    head: 'In 90 days',
    cell: (rate) => `${count(rate.events)} of ${count(rate.messages)}`,
    kind: 'num',
  },
  { head: 'Observed', cell: (rate) => percent(rate.observed), kind: 'num' },
  { head: '95% interval', cell: (rate) => `${percent(rate.low)} to ${percent(rate.high)}`, kind: 'num' },
  { head: 'Reckoned with', cell: (rate) => percent(rate.used), kind: 'num' },
];

function Confidence() {
  return (
    <Disclosure label="What confidence means">
      <Text size="sm">
        How narrow the 95% interval of the complaint rate is: high up to 0.1 percentage points, medium up to 0.75. It
        never enters the score. The score is an estimate by published rules, not a measured inbox rate.
      </Text>
    </Disclosure>
  );
}
