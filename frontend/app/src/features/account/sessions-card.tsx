import { Button, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded, Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { notifyOk } from '../../lib/notify.ts';
import type { BrowserSession } from '../../lib/types.ts';
import { sessionsOptions, useEndOtherSessions, useEndSession } from './api.ts';
import { browserName } from './browser-name.ts';
import { Row } from './parts.tsx';

export function SessionsCard() {
  const sessions = useQuery(sessionsOptions());
  return (
    <Part title="Signed-in browsers" lead="Signing one out takes effect with its next request.">
      <Loaded query={sessions} label="Loading browsers" heights={[120]}>
        {({ data }) => <Sessions list={data} />}
      </Loaded>
    </Part>
  );
}

function Sessions({ list }: { list: BrowserSession[] }) {
  const all = useEndOtherSessions();
  const end = () => all.mutate(undefined, { onSuccess: () => notifyOk('Other browsers are signed out') });
  return (
    <>
      {all.error && <ErrorState error={all.error} />}
      <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
        {list.map((one) => (
          <li key={one.id}>
            <Session session={one} />
          </li>
        ))}
      </Stack>
      {list.length > 1 && (
        <Group>
          <Button variant="default" loading={all.isPending} onClick={end}>
            Sign out all others
          </Button>
        </Group>
      )}
    </>
  );
}

function Session({ session }: { session: BrowserSession }) {
  const end = useEndSession();
  const name = browserName(session.user_agent);
  const signOut = () => end.mutate(session.id, { onSuccess: () => notifyOk(`${name} is signed out`) });
  return (
    <>
      {end.error && <ErrorState error={end.error} />}
      <Row
        name={
          <Group gap="xs">
            {name}
            {session.current && <ToneBadge tone="success">This browser</ToneBadge>}
          </Group>
        }
        action={
          !session.current && (
            <Button variant="default" size="xs" loading={end.isPending} onClick={signOut}>
              Sign out
              <Spoken>{name}</Spoken>
            </Button>
          )
        }
      >
        {[session.organization, session.address].filter(Boolean).join(' · ')} · last used{' '}
        <RelativeTime iso={session.seen_at} />
      </Row>
    </>
  );
}
