import { Anchor, Card, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Fact } from '../../components/evidence-list.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { listsCampaigns, takesSlot } from '../../lib/kinds.ts';
import { zoneLabel } from '../../lib/time.ts';
import type { Connection, Integration } from '../../lib/types.ts';
import { frequencyLabel, rangeLabel } from '../../lib/words.ts';
import { receiptsOptions } from './api.ts';
import { ConnectionTrouble } from './connection-trouble.tsx';
import { ReceiptPanel } from './receipt-panel.tsx';
import { useSlot } from './rights.ts';
import { NextSync } from './vitals.tsx';

type Props = { integration: Integration; connection: Connection; children: ReactNode };

export function OverviewTab({ integration, connection, children }: Props) {
  const receipts = useQuery(receiptsOptions(connection.id));
  const receipt = receipts.data?.data[0];
  return (
    <Stack gap="lg">
      <ConnectionTrouble connection={connection} providerLabel={integration.label} />
      {receipt && connection.status !== 'inactive' && <ReceiptPanel receipt={receipt} />}
      {children}
      <AccountFacts integration={integration} connection={connection} />
    </Stack>
  );
}

function AccountFacts({ integration, connection }: Omit<Props, 'children'>) {
  const { verified_at: verified, account_time_zone: zone } = connection;
  return (
    <Card component="section" aria-label="Account">
      <Title order={2} mb="sm">
        Account
      </Title>
      <dl className="facts">
        <Fact name="Account">{connection.account_label}</Fact>
        <Fact name="Account id">{connection.external_id}</Fact>
        {connection.account_detail && <Fact name="Detail">{connection.account_detail}</Fact>}
        {zone && <Fact name="Provider’s time zone">{zoneLabel(zone)}</Fact>}
        <Fact name="Connected">
          <ExactTime iso={connection.created_at} />
        </Fact>
        <Fact name="Verified">{verified ? <RelativeTime iso={verified} /> : 'Not yet'}</Fact>
        {listsCampaigns(integration) && <SyncFacts connection={connection} />}
        {takesSlot(integration) && <SlotFact connection={connection} />}
      </dl>
    </Card>
  );
}

function SyncFacts({ connection }: { connection: Connection }) {
  const { last_sync_at: synced, next_sync_at: next } = connection;
  return (
    <>
      <Fact name="Last sync">{synced ? <RelativeTime iso={synced} /> : 'None yet'}</Fact>
      <Fact name="Next sync">
        <NextSync at={next} />
      </Fact>
      <Fact name="Frequency">{frequencyLabel(connection.sync_frequency)}</Fact>
      <Fact name="History">{rangeLabel(connection.history_range)}</Fact>
    </>
  );
}

/** Where the account's sending settings are. */
function SlotFact({ connection }: { connection: Connection }) {
  const slot = useSlot(connection.id);
  return (
    <Fact name="Mailbox slot">
      {slot ? `${slot.number}, ` : 'None, '}
      <Anchor
        size="sm"
        underline="always"
        renderRoot={(props) => <Link {...props} to="/settings" search={{ tab: 'email' }} />}
      >
        see Settings, Email
      </Anchor>
    </Fact>
  );
}
