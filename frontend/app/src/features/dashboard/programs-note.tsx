import { Text } from '@mantine/core';
import { Disclosure } from '../../components/disclosure.tsx';
import { Line, Lines } from '../../components/part.tsx';
import { plural } from '../../lib/numbers.ts';
import type { ProviderSettling } from '../../lib/types.ts';

const MACHINES: Record<ProviderSettling['machines'], string> = {
  excluded: 'Opens by programs are left out',
  included: 'Opens by programs are counted in',
  unknown: 'Whether opens by programs are counted is not known',
};

/** Privacy proxies and scanners open e-mails, too; what that does to figures differs by provider. */
export function ProgramsNote({ providers }: { providers: ProviderSettling[] }) {
  if (providers.length === 0) return null;
  return (
    <Disclosure label="Opens by programs, and when figures settle">
      <Lines label="What figures of each provider mean">
        {providers.map((one) => (
          <Line key={one.provider} name={`${one.label}: ${MACHINES[one.machines]}`}>
            <Text size="sm">{one.machines_why}</Text>
            Figures move for {plural(one.settle_days, 'day')} after sending. {one.settle_why}
          </Line>
        ))}
      </Lines>
    </Disclosure>
  );
}
