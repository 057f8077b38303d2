import { Anchor, Card, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { PageHeader } from '../../components/page-header.tsx';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { DegradedBadge, StatusBadge } from '../../components/status-badge.tsx';
import { WayBackPanel } from '../../components/way-back.tsx';
import { AccountSelect } from '../../features/connections/account-select.tsx';
import { accountName, pickAccount } from '../../features/connections/accounts.ts';
import { AddAccount } from '../../features/connections/add-account.tsx';
import { ConnectedPanel } from '../../features/connections/connected-panel.tsx';
import { ConnectionActions } from '../../features/connections/connection-actions.tsx';
import { ForecastPanel } from '../../features/connections/forecast.tsx';
import type { IntegrationSearch } from '../../features/connections/search.ts';
import { MailboxVitals, Vitals } from '../../features/connections/vitals.tsx';
import { isMailbox } from '../../lib/kinds.ts';
import type { Connection, Integration } from '../../lib/types.ts';
import { AccountTabs } from './-account-tabs.tsx';

const AttemptPanel = lazy(async () => ({
  default: (await import('../../features/connections/attempt-panel.tsx')).AttemptPanel,
}));

/** A sync need not be running. */
const SyncProgress = lazy(async () => ({
  default: (await import('../../features/syncs/sync-progress.tsx')).SyncProgress,
}));

type Props = {
  integration: Integration;
  search: IntegrationSearch;
  onSearch: (change: IntegrationSearch) => void;
};

export function IntegrationPage({ integration, search, onSearch }: Props) {
  const { connections } = integration;
  const current = pickAccount(connections, search.account ?? search.connected);
  const arrived = connections.find((c) => c.id === search.connected);
  return (
    <Stack gap="lg" maw={1200}>
      <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/integrations" />}>
        ← All integrations
      </Anchor>
      <Group gap="md" wrap="nowrap" align="flex-start">
        <ProviderTile provider={integration.provider} size={48} />
        <PageHeader title={integration.label}>{integration.description}</PageHeader>
      </Group>
      <WayBackPanel />
      {search.attempt && (
        <Suspense fallback={null}>
          <AttemptPanel
            attemptId={search.attempt}
            integration={integration}
            onDismiss={() => onSearch({ attempt: undefined })}
          />
        </Suspense>
      )}
      {arrived && <ConnectedPanel connection={arrived} onDismiss={() => onSearch({ connected: undefined })} />}
      {current ? (
        <>
          <AccountCard
            key={current.id}
            integration={integration}
            current={current}
            onPick={(account) => onSearch({ account, connected: undefined, sync: undefined })}
          />
          <AccountTabs
            key={`${current.id}-tabs`}
            integration={integration}
            connection={current}
            search={search}
            onSearch={onSearch}
          />
        </>
      ) : (
        <Card component="section" aria-label="Not connected">
          <Stack align="flex-start">
            <Text size="sm">
              No {integration.label} {isMailbox(integration) ? 'mailbox' : 'account'} is connected yet.
            </Text>
            <AddAccount integration={integration} first />
          </Stack>
        </Card>
      )}
    </Stack>
  );
}

type AccountProps = { integration: Integration; current: Connection; onPick: (id: string) => void };

/** The chosen account: who it is, how it is, what to do. Every panel below follows it (B21). */
function AccountCard({ integration, current, onPick }: AccountProps) {
  return (
    <Card component="section" aria-label={`Account ${accountName(current)}`}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="md">
          <Group gap="md" align="flex-end">
            <AccountSelect connections={integration.connections} value={current.id} onChange={onPick} w={260} />
            <AddAccount integration={integration} />
          </Group>
          <Group gap="xs">
            <DegradedBadge reason={current.degraded_reason} />
            <StatusBadge connection={current} />
          </Group>
        </Group>
        <div style={{ maxWidth: 480 }}>
          {isMailbox(integration) ? <MailboxVitals connection={current} /> : <Vitals connection={current} />}
        </div>
        <ForecastPanel connection={current} providerLabel={integration.label} />
        {current.active_sync_id && (
          <Suspense fallback={<div style={{ minHeight: 27 }} />}>
            <SyncProgress syncId={current.active_sync_id} />
          </Suspense>
        )}
        <ConnectionActions integration={integration} connection={current} />
      </Stack>
    </Card>
  );
}
