import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useBlocked } from '../../lib/standing.ts';
import type { Connection } from '../../lib/types.ts';
import { useSlot } from './rights.ts';

/** What matters of a mailbox: which place it stands in, and when it last proved alive. */
export function MailboxVitals({ connection }: { connection: Connection }) {
  const slot = useSlot(connection.id);
  const { verified_at: verified } = connection;
  return (
    <SimpleGrid cols={3} spacing="sm" component="dl" m={0}>
      <Vital name="Verified">{verified ? <RelativeTime iso={verified} /> : 'Not yet'}</Vital>
      <Vital name="Slot">{slot ? slot.number : 'None'}</Vital>
      <Vital name="Mail">{slot ? slot.label : 'Does not go out'}</Vital>
    </SimpleGrid>
  );
}

/** Proof of life beside every status: "Connected" alone would be a claim (B26). */
export function Vitals({ connection }: { connection: Connection }) {
  const { verified_at: verified, last_sync_at: synced, next_sync_at: next, active_sync_id: active } = connection;
  return (
    <SimpleGrid cols={3} spacing="sm" component="dl" m={0}>
      <Vital name="Verified">{verified ? <RelativeTime iso={verified} /> : 'Not yet'}</Vital>
      <Vital name="Last sync">{synced ? <RelativeTime iso={synced} /> : 'None yet'}</Vital>
      <Vital name="Next sync">{active ? 'Running' : <NextSync at={next} />}</Vital>
    </SimpleGrid>
  );
}

function Vital({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed" component="dt">
        {name}
      </Text>
      <Text size="sm" fw={500} component="dd" m={0}>
        {children}
      </Text>
    </div>
  );
}

/** A moment that has come is "due now": the worker takes it up within seconds. None comes while nobody pays. */
export function NextSync({ at }: { at: string | null }) {
  const blocked = useBlocked();
  if (at === null || blocked) return 'Paused';
  return Date.parse(at) <= Date.now() ? 'Due now' : <RelativeTime iso={at} />;
}
