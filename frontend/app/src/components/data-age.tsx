import { Group, Text } from '@mantine/core';
import { IconClock, IconRefresh } from '@tabler/icons-react';
import type { DataAge } from '../lib/types.ts';
import { RelativeTime } from './relative-time.tsx';

/** Figures never stand without their age (C34), and say when they may still move (C33). */
export function DataAgeLine({ ages }: { ages: DataAge[] }) {
  const read = ages.map((age) => age.data_as_of).filter((at): at is string => at !== null);
  const oldest = read.toSorted()[0];
  const syncing = ages.some((age) => age.syncing);
  return (
    <Group gap={6} role="status">
      <IconClock size={14} aria-hidden />
      <Text size="sm" c="dimmed" component="div">
        {oldest ? (
          <>
            Data as of <RelativeTime iso={oldest} />
            {ages.length > 1 && ' (oldest account)'}
          </>
        ) : (
          'No data read yet'
        )}
      </Text>
      {syncing && (
        <Text size="sm" component="span" fw={500}>
          <IconRefresh size={14} style={{ verticalAlign: -2 }} aria-hidden /> Sync in progress, numbers may still move
        </Text>
      )}
    </Group>
  );
}
