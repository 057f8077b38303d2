import { Stack } from '@mantine/core';
import type { DomainDetail, DomainLook } from '../../lib/types.ts';
import { RawAnswers } from './raw-answers.tsx';
import { RecordCard } from './record-card.tsx';

/** Results with all that the DNS said in that look. */
export function Look({ look, standings = [] }: { look: DomainLook; standings?: DomainDetail['standings'] }) {
  return (
    <Stack gap="sm">
      {look.results.map((result) => (
        <RecordCard
          key={`${result.check} ${result.part}`}
          result={result}
          standing={standings.find((one) => one.check === result.check && one.part === result.part)}
        />
      ))}
      <RawAnswers look={look} />
    </Stack>
  );
}
