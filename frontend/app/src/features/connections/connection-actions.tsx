import { ActionIcon, Button, Group, Menu, Stack, Tooltip, VisuallyHidden } from '@mantine/core';
import {
  IconDots,
  IconHistory,
  IconPlugConnectedX,
  IconPlus,
  IconSettings,
  IconStethoscope,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Managed } from '../../components/managed.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useMayManage } from '../../lib/session.tsx';
import type { Connection, Integration } from '../../lib/types.ts';
import { accountName } from './accounts.ts';
import { useSyncNow, useTest } from './api.ts';
import { PrimaryAction } from './primary-action.tsx';
import { TestPanel } from './test-panel.tsx';

const ConnectDialog = lazy(() => import('./connect-dialog.tsx'));
const DisconnectDialog = lazy(() => import('./disconnect-dialog.tsx'));
const ReconnectDialog = lazy(() => import('./reconnect-dialog.tsx'));

type Open = 'connect' | 'reconnect' | 'disconnect' | null;
type Props = { integration: Integration; connection: Connection };

/** Everything a person can do with one account: the right primary action, Test, and the rest behind a menu. */
export function ConnectionActions({ integration, connection }: Props) {
  const [open, setOpen] = useState<Open>(null);
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
          starting={sync.isPending}
          onSync={() => sync.mutate()}
          onReconnect={() => setOpen('reconnect')}
        />
        {connection.status !== 'disconnected' && (
          <TestButton connection={connection} busy={test.isPending} onClick={() => test.mutate()} />
        )}
        <MoreMenu integration={integration} connection={connection} onOpen={setOpen} />
      </Group>
      <Suspense fallback={null}>
        {open === 'connect' && <ConnectDialog integration={integration} onClose={close} />}
        {open === 'disconnect' && <DisconnectDialog connection={connection} onClose={close} />}
        {open === 'reconnect' && (
          <ReconnectDialog
            connection={connection}
            providerLabel={integration.label}
            onClose={close}
            onDisconnect={() => setOpen('disconnect')}
          />
        )}
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
          Test<VisuallyHidden> {accountName(connection)}</VisuallyHidden>
        </Button>
      )}
    </Managed>
  );
}

function MoreMenu({ integration, connection, onOpen }: Props & { onOpen: (dialog: Open) => void }) {
  const may = useMayManage();
  const to = { to: '/integrations/$provider', params: { provider: integration.provider } } as const;
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Tooltip label="More actions">
          <ActionIcon variant="default" size={36} aria-label={`More actions for ${accountName(connection)}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconHistory size={16} aria-hidden />}
          renderRoot={(props) => <Link {...props} {...to} search={{ account: connection.id, tab: 'syncs' }} />}
        >
          Sync history
        </Menu.Item>
        <Menu.Item
          leftSection={<IconSettings size={16} aria-hidden />}
          renderRoot={(props) => <Link {...props} {...to} search={{ account: connection.id, tab: 'settings' }} />}
        >
          Settings
        </Menu.Item>
        <Menu.Item disabled={!may} leftSection={<IconPlus size={16} aria-hidden />} onClick={() => onOpen('connect')}>
          Add another {integration.label} account
        </Menu.Item>
        {connection.status !== 'disconnected' && (
          <>
            <Menu.Divider />
            <Menu.Item
              color="danger"
              disabled={!may}
              leftSection={<IconPlugConnectedX size={16} aria-hidden />}
              onClick={() => onOpen('disconnect')}
            >
              Disconnect…
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
