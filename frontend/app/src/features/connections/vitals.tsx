import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { Connection } from '../../lib/types.ts';

/** Proof of life beside every status: "Connected" alone would be a claim (B26). */
export function Vitals({ connection }: { connection: Connection }) {
  return (
    <Text size="xs" c="dimmed" component="div">
      <Parts parts={parts(connection)} />
    </Text>
  );
}

function Parts({ parts: list }: { parts: ReactNode[] }) {
  return list.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: at most three parts in a fixed order
    <span key={index}>
      {index > 0 && ' · '}
      {part}
    </span>
  ));
}

function parts(connection: Connection): ReactNode[] {
  const { verified_at: verified, last_sync_at: synced, next_sync_at: next, status } = connection;
  const list: ReactNode[] = [];
  if (verified)
    list.push(
      <>
        verified <RelativeTime iso={verified} />
      </>,
    );
  else list.push('not verified yet');
  if (synced)
    list.push(
      <>
        synced <RelativeTime iso={synced} />
      </>,
    );
  if (next && status === 'connected' && !connection.active_sync_id)
    list.push(
      <>
        next <RelativeTime iso={next} />
      </>,
    );
  return list;
}
