import { Button, Group, Stack } from '@mantine/core';
import { IconStethoscope } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { Managed } from '../../components/managed.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import type { Connection, Integration } from '../../lib/types.ts';
import { accountName } from './accounts.ts';
import { useSyncNow, useTest } from './api.ts';
import { MoreMenu } from './more-menu.tsx';
import { PrimaryAction } from './primary-action.tsx';
import { TestPanel } from './test-panel.tsx';

const ConnectDialog = lazy(() => import('./connect-dialog.tsx'));
const DisconnectDialog = lazy(() => import('./disconnect-dialog.tsx'));
const ReconnectDialog = lazy(() => import('./reconnect-dialog.tsx'));

type Props = { integration: Integration; connection: Connection };

/** Everything a person can do with one account: the right primary action, Test, and the rest behind a menu. */
export function ConnectionActions({ integration, connection }: Props) {
  const [open, setOpen] = useState<'connect' | 'reconnect' | 'disconnect' | null>(null);
  const sync = useSyncNow(connection.id);
  const test = useTest(connection.id);
  const close = () => setOpen(null);
  return (
    <Stack gap="sm">
      {test.data && <TestPanel result={test.data.data} onDismiss={test.reset} />}
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
          onConnect={() => setOpen('connect')}
          onReconnect={() => setOpen('reconnect')}
          onDisconnect={() => setOpen('disconnect')}
        />
      </Group>
      <Suspense fallback={null}>
        {open === 'connect' && <ConnectDialog integration={integration} onClose={close} />}
        {open === 'reconnect' && (
          <ReconnectDialog
            connection={connection}
            providerLabel={integration.label}
            onClose={close}
            onDisconnect={() => setOpen('disconnect')}
          />
        )}
        {open === 'disconnect' && <DisconnectDialog connection={connection} onClose={close} />}
      </Suspense>
    </Stack>
  );
}

function TestButton({ connection, busy, onClick }: { connection: Connection; busy: boolean; onClick: () => void }) {
  return (
    <Managed>
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
