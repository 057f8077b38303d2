import { Text } from '@mantine/core';
import { useTimeZone } from '../lib/session.tsx';
import { zoneLabel } from '../lib/time.ts';

/** States the zone of every time nearby (F15). */
export function ZoneNote() {
  return (
    <Text size="xs" c="dimmed">
      Times in {zoneLabel(useTimeZone())}
    </Text>
  );
}
