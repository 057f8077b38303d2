import { SimpleGrid, Text } from '@mantine/core';
import { count, plural } from '../../lib/numbers.ts';
import type { Measured } from '../../lib/types.ts';
import { FigureCard } from './figure-card.tsx';
import { FEW, NOT_ENOUGH, refreshCalls, secondsText, shareText, slowest } from './figures.ts';
import { DetectionTable, RefreshTable, VerdictTable } from './tables.tsx';

const FORMULAS = {
  accuracy:
    'One minus wrong time divided by watched time. Watched is the time since each living connection was made, 30 days at most. Wrong is: the time that a connection was called inactive though it worked, and the time beyond the promised limit in which one was shown as working though its provider already refused it.',
  verdicts:
    'One minus contradicted verdicts divided by all verdicts. A verdict is contradicted when a connection that was called inactive, for a cause that cannot end by itself, worked again without anybody’s doing.',
  detection:
    'From the first refusal that a check, a refresh or a sync met, to the verdict. The figure shown is that of the slowest provider and cause. Late is what took longer than 6 minutes, or 12 minutes for accounts with a password.',
  refreshes:
    'Refreshes that gave a new token divided by all that the provider did not refuse. A refused refresh is an authorization that ended; it is counted on its own.',
};

/** How right this installation was lately. No share without what it is a share of. */
export function MeasuredSection({ measured }: { measured: Measured }) {
  const times = slowest(measured);
  const { tries, refused } = refreshCalls(measured);
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <FigureCard
        title="Status accuracy"
        value={shareText(measured.status_accuracy)}
        formula={FORMULAS.accuracy}
        hint={`of all connection time the status was right. ${plural(measured.connections, 'connection')} watched now, ${count(measured.overdue_now)} overdue.`}
      >
        <VerdictTable measured={measured} label="Accuracy by provider" />
      </FigureCard>
      <FigureCard
        title="Right verdicts"
        value={shareText(measured.verdict_accuracy)}
        formula={FORMULAS.verdicts}
        hint={<Of n={measured.verdicts} what="verdict" bad={`${count(measured.contradicted)} wrong`} />}
      >
        <VerdictTable measured={measured} label="Verdicts by provider" />
      </FigureCard>
      <FigureCard
        title="Detection time"
        value={times ? `${secondsText(times.p50)} / ${secondsText(times.p99)}` : NOT_ENOUGH}
        formula={FORMULAS.detection}
        hint={
          <>
            {times && 'Half of the verdicts / 99% of them came within. '}
            <Of n={measured.verdicts} what="verdict" bad={`${count(measured.late)} late`} />
          </>
        }
      >
        <DetectionTable measured={measured} />
      </FigureCard>
      <FigureCard
        title="Token refreshes"
        value={shareText(measured.refresh_success)}
        formula={FORMULAS.refreshes}
        hint={<Of n={tries} what="refresh" many="refreshes" bad={`${count(refused)} refused`} />}
      >
        <RefreshTable measured={measured} />
      </FigureCard>
    </SimpleGrid>
  );
}

type OfProps = { n: number; what: string; many?: string; bad: string };

function Of({ n, what, many, bad }: OfProps) {
  return (
    <Text span size="sm">
      {`${n === 0 ? `No ${what}` : plural(n, what, many)}, ${bad}.`}
      {n > 0 && n < FEW && ' Few cases: the figure says little yet.'}
    </Text>
  );
}
