import { Stack } from '@mantine/core';
import type { DomainDetail, DomainLook } from '../../lib/types.ts';
import { RawAnswers } from './raw-answers.tsx';
import { RecordCard } from './record-card.tsx';

type Props = { look: DomainLook; standings?: DomainDetail['standings']; past?: string };

/** Results with all that the DNS said in that look. `past`: when it was, of one that is not the latest. */
export function Look({ look, standings = [], past }: Props) {
  return (
    <Stack gap="sm">
      {look.results.map((result) => (
        <RecordCard
          key={`${result.check} ${result.part}`}
          result={result}
          past={past}
          standing={standings.find((one) => one.check === result.check && one.part === result.part)}
        />
      ))}
      <RawAnswers look={look} past={past} />
    </Stack>
  );
}
