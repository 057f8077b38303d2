import { SegmentedControl } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Column } from '../../components/data-table.tsx';
import { LogTable } from '../../components/log-table.tsx';
import { Part } from '../../components/part.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import type { AlertDelivery } from '../../lib/types.ts';
import { type Channel, deliveriesOptions } from './api.ts';
import { errorWords, StateBadge } from './delivery-words.tsx';

const CHANNELS: { value: Channel; label: string }[] = [
  { value: 'email', label: 'E-mail' },
  { value: 'slack', label: 'Slack' },
  { value: 'webhook', label: 'Webhook' },
];

const COLUMNS: Column<AlertDelivery>[] = [
  { head: 'When', cell: ({ created_at }) => <ExactTime iso={created_at} />, kind: 'nowrap' },
  { head: 'What', cell: ({ title }) => title },
  { head: 'Result', cell: ({ status }) => <StateBadge status={status} /> },
  { head: 'Sent', cell: ({ sent_at: at }) => (at ? <ExactTime iso={at} /> : '–'), kind: 'nowrap' },
  { head: 'Why not', cell: ({ error, http_status: status }) => (error ? errorWords(error, status) : '–') },
];
const TO: Column<AlertDelivery> = { head: 'To', cell: ({ target }) => target ?? '–' };
const TRIES: Column<AlertDelivery> = { head: 'Attempts', cell: ({ tries }) => tries ?? '–', kind: 'num' };

/** Mails go out once at most and name whom they went to; posts are tried again. */
export function DeliveryLog() {
  const [channel, setChannel] = useState<Channel>('email');
  const log = useInfiniteQuery(deliveriesOptions(channel));
  return (
    <Part title="Delivery log" lead="What was sent by each way, the newest first.">
      <SegmentedControl
        aria-label="Log of which channel"
        value={channel}
        onChange={(next) => setChannel(next as Channel)}
        data={CHANNELS}
      />
      <LogTable
        what="alert deliveries"
        log={log}
        columns={[...COLUMNS, channel === 'email' ? TO : TRIES]}
        rowKey={({ created_at, title, target }) => `${created_at} ${title} ${target}`}
        filtered={false}
        onClear={() => undefined}
        empty="With the next alert, or a test, the first one stands here."
      />
    </Part>
  );
}
