import { Button } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { Managed } from '../../components/managed.tsx';
import { Spoken } from '../../components/spoken.tsx';
import type { Connection } from '../../lib/types.ts';
import { accountName } from './accounts.ts';

const DisconnectDialog = lazy(() => import('./disconnect-dialog.tsx'));
const ReconnectDialog = lazy(() => import('./reconnect-dialog.tsx'));

const REPAIRS = ['reconnect', 'connect', 'grant_permission'];
export const isRepair = (connection: Connection) => REPAIRS.includes(connection.action.code);

/** The button that mends a connection, wherever its trouble is told. */
export function RepairButton({ connection, providerLabel }: { connection: Connection; providerLabel: string }) {
  const [open, setOpen] = useState<'reconnect' | 'disconnect' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Managed>
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
      <Suspense fallback={null}>
        {open === 'disconnect' && <DisconnectDialog connection={connection} onClose={close} />}
        {open === 'reconnect' && (
          <ReconnectDialog
            connection={connection}
            providerLabel={providerLabel}
            onClose={close}
            onDisconnect={() => setOpen('disconnect')}
          />
        )}
      </Suspense>
    </>
  );
}
