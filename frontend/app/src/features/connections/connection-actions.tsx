import { Button, Group, Stack } from '@mantine/core';
import { IconStethoscope } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { AskBeside } from '../../components/ask-beside.tsx';
import { Managed } from '../../components/managed.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import type { Connection, Integration } from '../../lib/types.ts';
import { AccountDialogs, type Opened } from './account-dialogs.tsx';
import { accountName, wishFor } from './accounts.ts';
import { useSyncNow, useTest } from './api.ts';
import { ConnectFlow } from './connect-flow.tsx';
import { MoreMenu } from './more-menu.tsx';
import { PrimaryAction } from './primary-action.tsx';
import { useWorkRights } from './rights.ts';

/** Comes with the first answer of a test. */
const TestPanel = lazy(async () => ({ default: (await import('./test-panel.tsx')).TestPanel }));

type Props = { integration: Integration; connection: Connection };

/** Everything a person can do with one account: the right primary action, Test, and the rest behind a menu. */
export function ConnectionActions({ integration, connection }: Props) {
  const [open, setOpen] = useState<Opened>(null);
  const [adding, setAdding] = useState(false);
  const sync = useSyncNow(connection.id);
  const test = useTest(connection.id);
  const works = useWorkRights(connection).may;
  return (
    <Stack gap="sm">
      {test.data && (
        <Suspense fallback={null}>
          <TestPanel result={test.data.data} onDismiss={test.reset} />
        </Suspense>
      )}
      {(test.error ?? sync.error) && <ErrorState error={test.error ?? sync.error} />}
      <Group gap="xs">
        <PrimaryAction
          connection={connection}
          providerLabel={integration.label}
          starting={sync.isPending}
          onSync={() => sync.mutate()}
        />
        {connection.status !== 'disconnected' && (
          <TestButton connection={connection} busy={test.isPending} onClick={() => test.mutate()} />
        )}
        <MoreMenu
          integration={integration}
          connection={connection}
          onConnect={() => setAdding(true)}
          onReconnect={() => setOpen('reconnect')}
          onDisconnect={() => setOpen('disconnect')}
        />
      </Group>
      {!works && connection.action.code === 'sync_now' && connection.active_sync_id === null && (
        <AskBeside wish={{ action: 'sync', ...wishFor(connection) }} />
      )}
      <AccountDialogs connection={connection} providerLabel={integration.label} open={open} onOpen={setOpen} />
      {adding && <ConnectFlow integration={integration} onClose={() => setAdding(false)} />}
    </Stack>
  );
}

function TestButton({ connection, busy, onClick }: { connection: Connection; busy: boolean; onClick: () => void }) {
  const rights = useWorkRights(connection);
  return (
    <Managed rights={rights}>
      {(may) => (
        <Button
          variant="default"
          disabled={!may}
          loading={busy}
          leftSection={<IconStethoscope size={16} aria-hidden />}
          onClick={onClick}
        >
          Test<Spoken>{accountName(connection)}</Spoken>
        </Button>
      )}
    </Managed>
  );
}
