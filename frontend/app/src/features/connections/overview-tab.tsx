import { Card, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Fact } from '../../components/evidence-list.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { zoneLabel } from '../../lib/time.ts';
import type { Connection } from '../../lib/types.ts';
import { frequencyLabel, rangeLabel } from '../../lib/words.ts';
import { receiptsOptions } from './api.ts';
import { ConnectionTrouble } from './connection-trouble.tsx';
import { ReceiptPanel } from './receipt-panel.tsx';
import { NextSync } from './vitals.tsx';

type Props = { connection: Connection; providerLabel: string; children: ReactNode };

export function OverviewTab({ connection, providerLabel, children }: Props) {
  const receipts = useQuery(receiptsOptions(connection.id));
  const receipt = receipts.data?.data[0];
  return (
    <Stack gap="lg">
      <ConnectionTrouble connection={connection} providerLabel={providerLabel} />
      {receipt && connection.status !== 'inactive' && <ReceiptPanel receipt={receipt} />}
      {children}
      <AccountFacts connection={connection} />
    </Stack>
  );
}

function AccountFacts({ connection }: { connection: Connection }) {
  const { verified_at: verified, last_sync_at: synced, next_sync_at: next, account_time_zone: zone } = connection;
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
        <Fact name="Last sync">{synced ? <RelativeTime iso={synced} /> : 'None yet'}</Fact>
        <Fact name="Next sync">
          <NextSync at={next} />
        </Fact>
        <Fact name="Frequency">{frequencyLabel(connection.sync_frequency)}</Fact>
        <Fact name="History">{rangeLabel(connection.history_range)}</Fact>
      </dl>
    </Card>
  );
}
