import { Button } from '@mantine/core';
import { IconClock, IconRefresh } from '@tabler/icons-react';
import { Managed } from '../../components/managed.tsx';
import { Spoken } from '../../components/spoken.tsx';
import type { Connection } from '../../lib/types.ts';
import { accountName } from './accounts.ts';
import { isRepair, RepairButton } from './repair-button.tsx';
import { useWorkRights } from './rights.ts';

type Props = { connection: Connection; providerLabel: string; starting: boolean; onSync: () => void };

/** The one right button of the present state: the server names it, this draws it. */
export function PrimaryAction({ connection, providerLabel, starting, onSync }: Props) {
  const { code, label } = connection.action;
  const rights = useWorkRights(connection);
  if (code === 'wait') return null;
  const name = <Spoken>{accountName(connection)}</Spoken>;
  if (isRepair(connection)) return <RepairButton connection={connection} providerLabel={providerLabel} />;
  if (code !== 'sync_now') {
    return (
      <Button variant="default" disabled leftSection={<IconClock size={16} aria-hidden />}>
        {label}
        {name}
      </Button>
    );
  }
  const running = connection.active_sync_id !== null;
  return (
    <Managed rights={rights}>
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
