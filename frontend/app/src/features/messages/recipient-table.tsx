import { Card, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { TableBox } from '../../components/data-table.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { MailRecipient } from '../../lib/types.ts';
import { RECIPIENT, recipientDetail } from './words.ts';

const KINDS: Record<MailRecipient['kind'], string> = { to: 'To', cc: 'Cc', bcc: 'Bcc' };

/** Each recipient with their own state. */
export function RecipientTable({ recipients }: { recipients: MailRecipient[] }) {
  if (recipients.length === 0) return <Text size="sm">It has no recipient yet.</Text>;
  return (
    <Card p={0} component="section" aria-label="Recipients">
      <Title order={2} p="md" pb={0}>
        Recipients
      </Title>
      <TableBox label="Table of recipients">
        <table className="table table-wide">
          <thead>
            <tr>
              <th>Recipient</th>
              <th>State</th>
              <th>Replied</th>
              <th>Opened</th>
              <th>Clicked</th>
              <th>Unsubscribed</th>
            </tr>
          </thead>
          <tbody>
            {recipients.map((one) => (
              <Row key={one.address} one={one} />
            ))}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}

function Row({ one }: { one: MailRecipient }) {
  const { label, tone } = RECIPIENT[one.state];
  const since = one.complained_at ?? one.bounced_at;
  return (
    <tr>
      <td className="break-anywhere" style={{ maxWidth: 260 }}>
        {one.address}
        <span className="sub">
          {KINDS[one.kind]}
          {one.name && ` · ${one.name}`}
        </span>
      </td>
      <td style={{ maxWidth: 320 }}>
        <ToneBadge tone={tone}>{label}</ToneBadge>
        <span className="sub">
          {recipientDetail(one)} {since && <RelativeTime iso={since} />}
        </span>
      </td>
      <At iso={one.replied_at} />
      <At iso={one.opened_at} />
      <At iso={one.clicked_at} />
      <At iso={one.unsubscribed_at} />
    </tr>
  );
}

function At({ iso }: { iso: string | null }): ReactNode {
  return <td className="nowrap">{iso ? <RelativeTime iso={iso} /> : '–'}</td>;
}
