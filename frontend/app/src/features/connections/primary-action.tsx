import { Button, VisuallyHidden } from '@mantine/core';
import { IconClock, IconPlugConnected, IconRefresh } from '@tabler/icons-react';
import { Managed } from '../../components/managed.tsx';
import type { Connection } from '../../lib/types.ts';
import { accountName } from './accounts.ts';

type Props = { connection: Connection; starting: boolean; onSync: () => void; onReconnect: () => void };

/** The one right button of the present state: the server names it, this draws it. */
export function PrimaryAction({ connection, starting, onSync, onReconnect }: Props) {
  const { code, label } = connection.action;
  const name = <VisuallyHidden> {accountName(connection)}</VisuallyHidden>;
  if (code === 'reconnect' || code === 'connect' || code === 'grant_permission') {
    return (
      <Managed>
        {(may) => (
          <Button disabled={!may} leftSection={<IconPlugConnected size={16} aria-hidden />} onClick={onReconnect}>
            {label}
            {name}
          </Button>
        )}
      </Managed>
    );
  }
  if (code === 'sync_now') {
    const running = connection.active_sync_id !== null;
    return (
      <Managed>
        {(may) => (
          <Button
            variant={running ? 'default' : 'filled'}
            disabled={!may || running}
            loading={starting}
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={onSync}
          >
            {running ? 'Syncing…' : label}
            {name}
          </Button>
        )}
      </Managed>
    );
  }
  return (
    <Button variant="default" disabled leftSection={<IconClock size={16} aria-hidden />}>
      {label}
      {name}
    </Button>
  );
}
