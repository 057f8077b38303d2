import { Alert, Anchor, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconTool } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { DegradedBadge, StatusBadge } from '../../components/status-badge.tsx';
import { derivesFigures, isMailbox, listsCampaigns, takesPassword } from '../../lib/kinds.ts';
import type { Connection, Integration } from '../../lib/types.ts';
import { frequencyLabel, rangeLabel } from '../../lib/words.ts';
import { AccountSelect } from './account-select.tsx';
import { accountName, pickAccount } from './accounts.ts';
import { AddAccount } from './add-account.tsx';
import { ConnectionActions } from './connection-actions.tsx';
import { ForecastNote } from './forecast.tsx';
import { Trouble } from './trouble.tsx';
import { MailboxVitals, Vitals } from './vitals.tsx';

type Props = { integration: Integration; renderSync: (syncId: string) => ReactNode };

/** A provider with all its accounts; the one shown first is the one that most needs a look. */
export function ProviderCard({ integration, renderSync }: Props) {
  const [chosen, setChosen] = useState<string>();
  const current = pickAccount(integration.connections, chosen);
  const titleId = `provider-${integration.provider}`;
  return (
    <Card component="section" aria-labelledby={titleId}>
      <Stack gap="md" h="100%">
        <CardHead integration={integration} current={current} titleId={titleId} />
        {current ? (
          <Account key={current.id} integration={integration} current={current} onPick={setChosen}>
            {current.active_sync_id && renderSync(current.active_sync_id)}
          </Account>
        ) : (
          <NotConnected integration={integration} />
        )}
      </Stack>
    </Card>
  );
}

const accountCount = ({ connections, connections_total: total }: Integration) =>
  connections.length < total
    ? `${total.toLocaleString()} accounts; ${connections.length} here, broken ones first`
    : `${total} accounts`;

const what = (integration: Integration) => {
  if (!listsCampaigns(integration))
    return takesPassword(integration.provider) ? 'Any mailbox, also Gmail by IMAP' : 'Sends; finds replies and bounces';
  return derivesFigures(integration) ? 'Campaigns, contacts, and figures derived by us' : 'Campaigns and their figures';
};

type HeadProps = { integration: Integration; current: Connection | undefined; titleId: string };

function CardHead({ integration, current, titleId }: HeadProps) {
  const { provider, label } = integration;
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start">
      <Group gap="sm" wrap="nowrap" miw={0}>
        <ProviderTile provider={provider} />
        <div style={{ minWidth: 0 }}>
          <Title order={2} id={titleId}>
            <Link to="/integrations/$provider" params={{ provider }} search={{}} className="plain-link">
              {label}
            </Link>
          </Title>
          <Text size="xs" c="dimmed">
            {integration.connections_total > 1 ? accountCount(integration) : what(integration)}
          </Text>
        </div>
      </Group>
      <StatusBadge connection={current} />
    </Group>
  );
}

type AccountProps = {
  integration: Integration;
  current: Connection;
  onPick: (id: string) => void;
  children: ReactNode;
};

function Account({ integration, current, onPick, children }: AccountProps) {
  const { provider, connections } = integration;
  const syncs = listsCampaigns(integration);
  return (
    <>
      {connections.length > 1 ? (
        <AccountSelect connections={connections} value={current.id} onChange={onPick} />
      ) : (
        <Text size="sm" fw={500}>
          {accountName(current)}
          <Text span size="sm" c="dimmed" fw={400}>
            {' · '}
            {current.account_detail ?? `Account ${current.external_id}`}
          </Text>
        </Text>
      )}
      {isMailbox(integration) ? <MailboxVitals connection={current} /> : <Vitals connection={current} />}
      {current.degraded_reason && (
        <div>
          <DegradedBadge reason={current.degraded_reason} />
        </div>
      )}
      <Trouble connection={current} />
      <ForecastNote connection={current} />
      {children}
      {syncs && (
        <Text size="xs" c="dimmed">
          {frequencyLabel(current.sync_frequency)} sync · history: {rangeLabel(current.history_range)}
        </Text>
      )}
      <Stack gap="sm" mt="auto">
        <ConnectionActions integration={integration} connection={current} />
        <Group justify="space-between">
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link {...props} to="/integrations/$provider" params={{ provider }} search={{ account: current.id }} />
            )}
          >
            Details and history
          </Anchor>
          <AddAccount integration={integration} />
        </Group>
      </Stack>
    </>
  );
}

function NotConnected({ integration }: { integration: Integration }) {
  return (
    <>
      <Text size="sm" c="dimmed">
        {integration.description}
      </Text>
      {!integration.configured && (
        <Alert color="warning" variant="light" p="sm" icon={<IconTool aria-hidden />} title="Not set up yet">
          <Text size="sm">Your Mailwarden operator has to enter {integration.label}’s client id and secret first.</Text>
        </Alert>
      )}
      <div style={{ marginTop: 'auto' }}>
        <AddAccount integration={integration} first />
      </div>
    </>
  );
}
