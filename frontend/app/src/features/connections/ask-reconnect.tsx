import { Button, Text } from '@mantine/core';
import { IconMessageQuestion } from '@tabler/icons-react';
import { AskOwner } from '../../components/ask-owner.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useMay } from '../../lib/session.tsx';
import type { Asked, Connection } from '../../lib/types.ts';
import { accountName } from './accounts.ts';
import { useAskReconnect } from './api.ts';

type Props = { connection: Connection; providerLabel: string };

/** For whoever may not reconnect it: one click tells those who may, here and by mail. */
export default function AskReconnect({ connection, providerLabel }: Props) {
  const may = useMay('connections:ask');
  const ask = useAskReconnect(connection.id);
  if (!may) {
    return (
      <AskOwner
        what={`Please reconnect ${accountName(connection)} (${providerLabel}) in Mailwarden:`}
        path={`/integrations/${connection.provider}?account=${connection.id}`}
      />
    );
  }
  return (
    <>
      <Button
        variant="default"
        disabled={Boolean(ask.data)}
        loading={ask.isPending}
        leftSection={<IconMessageQuestion size={16} aria-hidden />}
        onClick={() => ask.mutate()}
      >
        Ask an owner
        <Spoken>to reconnect {accountName(connection)}</Spoken>
      </Button>
      <Text size="sm" role="status">
        {ask.data && <Told asked={ask.data} />}
      </Text>
      {ask.error && <ErrorState error={ask.error} />}
    </>
  );
}

function Told({ asked }: { asked: Asked }) {
  const names = asked.told.map((one) => one.name).join(', ');
  return (
    <>
      {asked.already_asked ? 'You asked' : 'Asked'} {names || 'the owners'} <RelativeTime iso={asked.asked_at} />
      {asked.already_asked && (
        <>
          ; you can ask again <RelativeTime iso={asked.again_at} />
        </>
      )}
      .
    </>
  );
}
