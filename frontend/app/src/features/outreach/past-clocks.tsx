import { List } from '@mantine/core';
import { Disclosure } from '../../components/disclosure.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { plural } from '../../lib/numbers.ts';
import type { OutreachClock } from '../../lib/types.ts';

/** Clocks that came to their end: what was stopped stays stopped. */
export function PastClocks({ clocks }: { clocks: OutreachClock[] }) {
  if (clocks.length === 0) return null;
  return (
    <Disclosure label={`${plural(clocks.length, 'clock')} came to the end`}>
      <List size="sm" spacing={4}>
        {clocks.map((clock) => (
          <List.Item key={clock.id}>
            {clock.kind === 'grace' ? 'Hour of grace' : 'Nine days'}
            {clock.applied_at && (
              <>
                , <ExactTime iso={clock.applied_at} />
              </>
            )}
            : {plural(clock.recipients_stopped, 'recipient')} stopped, {clock.recipients_freed} freed.
          </List.Item>
        ))}
      </List>
    </Disclosure>
  );
}
