import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconDots,
  IconHistory,
  IconPlugConnected,
  IconPlugConnectedX,
  IconPlus,
  IconSettings,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { toneInk } from '../../components/tones.ts';
import { isMailbox, listsCampaigns } from '../../lib/kinds.ts';
import type { Connection, Integration } from '../../lib/types.ts';
import { accountName, wishFor } from './accounts.ts';
import { useConnectRights, useRights, useWorkRights } from './rights.ts';

/** Only members need it. */
const AskItem = lazy(() => import('./ask-item.tsx'));

type Props = {
  integration: Integration;
  connection: Connection;
  onConnect: () => void;
  onReconnect: () => void;
  onDisconnect: () => void;
};

export function MoreMenu({ integration, connection, onConnect, onReconnect, onDisconnect }: Props) {
  const { may } = useRights(connection);
  const { may: works, reason } = useWorkRights(connection);
  const adds = useConnectRights(integration).may;
  const to = { to: '/integrations/$provider', params: { provider: integration.provider } } as const;
  return (
    <Menu position="bottom-end" width={230} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Tooltip label="More actions">
          <ActionIcon variant="default" size={36} aria-label={`More actions for ${accountName(connection)}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {listsCampaigns(integration) && (
          <>
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
          </>
        )}
        {isMailbox(integration) && (
          <Menu.Item
            leftSection={<IconSettings size={16} aria-hidden />}
            renderRoot={(props) => <Link {...props} to="/settings" search={{ tab: 'email' }} />}
          >
            Mailbox settings
          </Menu.Item>
        )}
        {connection.status === 'inactive' && (
          <Menu.Item disabled={!works} leftSection={<IconPlugConnected size={16} aria-hidden />} onClick={onReconnect}>
            Reconnect…
          </Menu.Item>
        )}
        <Menu.Item disabled={!adds} leftSection={<IconPlus size={16} aria-hidden />} onClick={onConnect}>
          Add another {integration.label} {isMailbox(integration) ? 'mailbox' : 'account'}
        </Menu.Item>
        {connection.status !== 'disconnected' && (
          <>
            <Menu.Divider />
            <Menu.Item
              c={toneInk('danger')}
              disabled={!may}
              leftSection={<IconPlugConnectedX size={16} aria-hidden />}
              onClick={onDisconnect}
            >
              Disconnect…
            </Menu.Item>
            {!may && (
              <Suspense fallback={null}>
                <AskItem wish={{ action: 'disconnect', ...wishFor(connection) }} />
              </Suspense>
            )}
          </>
        )}
        {!works && (
          <>
            <Menu.Divider />
            <Menu.Label>{reason}</Menu.Label>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
