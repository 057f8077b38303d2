import { Progress, Text } from '@mantine/core';
import { count } from '../../lib/numbers.ts';
import type { OutreachCounts } from '../../lib/types.ts';
import { progress } from './words.ts';

/** How far a campaign is: with whom it is done, of all of its recipients. */
export function ProgressLine({ counts, name }: { counts: OutreachCounts; name: string }) {
  const { total, done } = progress(counts);
  if (total === 0) {
    return (
      <Text span size="sm" c="dimmed">
        No recipients yet
      </Text>
    );
  }
  return (
    <>
      <Progress value={(done / total) * 100} size="sm" aria-label={`Progress of ${name}`} />
      <Text span size="xs" c="dimmed">
        {count(done)} of {count(total)} done
      </Text>
    </>
  );
}
