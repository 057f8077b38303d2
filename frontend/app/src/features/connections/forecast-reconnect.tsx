import { Button } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useState } from 'react';
import { Managed } from '../../components/managed.tsx';
import { Spoken } from '../../components/spoken.tsx';
import type { Connection } from '../../lib/types.ts';
import { AccountDialogs, type Opened } from './account-dialogs.tsx';
import { accountName } from './accounts.ts';
import { useWorkRights } from './rights.ts';

type Props = { connection: Connection; providerLabel: string };

/** A healthy account's own action is to sync, so renewing it ahead of time needs a button here. */
export function ForecastReconnect({ connection, providerLabel }: Props) {
  const [open, setOpen] = useState<Opened>(null);
  const rights = useWorkRights(connection);
  return (
    <>
      <Managed rights={rights}>
        {(may) => (
          <Button
            size="xs"
            variant="default"
            disabled={!may}
            leftSection={<IconPlugConnected size={14} aria-hidden />}
            onClick={() => setOpen('reconnect')}
          >
            Reconnect now
            <Spoken>{accountName(connection)}</Spoken>
          </Button>
        )}
      </Managed>
      <AccountDialogs connection={connection} providerLabel={providerLabel} open={open} onOpen={setOpen} />
    </>
  );
}
