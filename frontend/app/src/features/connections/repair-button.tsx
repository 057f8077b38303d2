import { Button, Group } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { Managed } from '../../components/managed.tsx';
import { Spoken } from '../../components/spoken.tsx';
import type { Connection } from '../../lib/types.ts';
import { AccountDialogs, type Opened } from './account-dialogs.tsx';
import { accountName } from './accounts.ts';
import { useRights, useWorkRights } from './rights.ts';

/** Only members need it. */
const AskReconnect = lazy(() => import('./ask-reconnect.tsx'));

const REPAIRS = ['reconnect', 'connect', 'grant_permission'];
export const isRepair = (connection: Connection) => REPAIRS.includes(connection.action.code);

/** The button that mends a connection, wherever its trouble is told. */
export function RepairButton({ connection, providerLabel }: { connection: Connection; providerLabel: string }) {
  const [open, setOpen] = useState<Opened>(null);
  const rights = useWorkRights(connection);
  const allowed = useRights(connection).may; // nobody can be asked for what the plan stops
  return (
    <>
      <Group gap="xs">
        <Managed rights={rights}>
          {(may) => (
            <Button
              disabled={!may}
              leftSection={<IconPlugConnected size={16} aria-hidden />}
              onClick={() => setOpen('reconnect')}
            >
              {connection.action.label}
              <Spoken>{accountName(connection)}</Spoken>
            </Button>
          )}
        </Managed>
        {!allowed && (
          <Suspense fallback={null}>
            <AskReconnect
              connection={connection}
              what={`Please reconnect ${accountName(connection)} (${providerLabel}) in Mailwarden:`}
            />
          </Suspense>
        )}
      </Group>
      <AccountDialogs connection={connection} providerLabel={providerLabel} open={open} onOpen={setOpen} />
    </>
  );
}
