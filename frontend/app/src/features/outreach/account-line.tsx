import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { AccountLink } from '../../components/account-link.tsx';
import { Line } from '../../components/part.tsx';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { StatusBadge, statusLook } from '../../components/status-badge.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { integrationsOptions } from '../../lib/integrations.ts';
import { count, plural } from '../../lib/numbers.ts';
import type { OutreachAccount, OutreachPace, OutreachTroubleAccount } from '../../lib/types.ts';
import { AccountActions } from './account-actions.tsx';
import type { Versioned } from './api.ts';
import { Countdown } from './countdown.tsx';

type Props = {
  campaign: Versioned;
  account: OutreachAccount;
  trouble: OutreachTroubleAccount | undefined;
  pace: OutreachPace | undefined;
};

const ENTRIES = {
  active: { label: 'Sends', tone: 'success' },
  paused: { label: 'Paused', tone: 'warning' },
  removed: { label: 'Not on the list', tone: 'gray' },
} as const;

export function AccountLine({ campaign, account, trouble, pace }: Props) {
  const entry = ENTRIES[account.state];
  const label = account.state === 'active' && campaign.state !== 'running' ? 'On the list' : entry.label;
  return (
    <Line
      name={
        <>
          <ProviderTile provider={account.provider} size={22} />
          <AccountLink provider={account.provider} account={account.connection_id}>
            {account.address}
          </AccountLink>
          <Health account={account} trouble={trouble} />
          <ToneBadge tone={account.state === 'active' && campaign.state !== 'running' ? 'gray' : entry.tone}>
            {label}
          </ToneBadge>
        </>
      }
      action={<AccountActions campaign={campaign} account={account} trouble={trouble} />}
    >
      <Group gap={4} c={account.usable ? undefined : 'inherit'}>
        <Facts account={account} pace={pace} />
      </Group>
      {!account.usable && account.state !== 'removed' && <Text size="sm">{account.detail}</Text>}
      {trouble?.wanted_back && <Text size="sm">It will be re-added as soon as it is connected again.</Text>}
      {trouble?.clock && <Countdown clock={trouble.clock} />}
    </Line>
  );
}

function Facts({ account, pace }: { account: OutreachAccount; pace: OutreachPace | undefined }) {
  const parts = [`${plural(account.recipients, 'recipient')} assigned`];
  if (pace) parts.push(`${count(pace.sent_today)} of ${count(pace.daily_limit)} sent today`);
  return <span className="tnum">{parts.join(' · ')}</span>;
}

/** The same badge as on Integrations; without that list at hand, what the server says of the connection. */
function Health({ account, trouble }: Pick<Props, 'account' | 'trouble'>) {
  const integrations = useQuery(integrationsOptions()).data?.data;
  const connection = integrations?.flatMap((one) => one.connections).find((one) => one.id === account.connection_id);
  if (connection) return <StatusBadge connection={connection} />;
  if (!trouble) return null;
  const { label, tone, Icon } = statusLook(trouble.status);
  return (
    <ToneBadge tone={tone} Icon={Icon}>
      {label}
    </ToneBadge>
  );
}
