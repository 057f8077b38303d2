import { Card } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { TableBox } from '../../components/data-table.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { useSendingMailbox } from '../../lib/sending.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDateTime } from '../../lib/time.ts';
import type { Message } from '../../lib/types.ts';
import { MessageBadges } from './badges.tsx';
import { failureOf } from './failure.ts';
import { WaitingLine } from './waiting-line.tsx';
import { subjectOf, toWhom } from './words.ts';

export function MessageTable({ messages }: { messages: Message[] }) {
  return (
    <Card p={0}>
      <TableBox label="Emails">
        <table className="table table-hover table-wide">
          <thead>
            <tr>
              <th style={{ width: 'clamp(150px, 24vw, 300px)' }}>Email</th>
              <th>Status</th>
              <th>To</th>
              <th>From</th>
              <th>When</th>
            </tr>
          </thead>
          <tbody>
            {messages.map((message) => (
              <Row key={message.id} message={message} />
            ))}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}

function Row({ message }: { message: Message }) {
  const mailbox = useSendingMailbox(message.mailbox_id);
  return (
    <tr>
      <td style={{ maxWidth: 320 }}>
        <Subject message={message} />
        {message.kind === 'outreach' && <ToneBadge tone="gray">Outreach campaign</ToneBadge>}
      </td>
      <td style={{ maxWidth: 320 }}>
        <MessageBadges message={message} />
        <span className="sub">
          <Why message={message} />
        </span>
      </td>
      <td className="break-anywhere" style={{ maxWidth: 220 }}>
        {toWhom(message)}
      </td>
      <td className="break-anywhere">{mailbox?.address ?? (message.mailbox_id ? 'Another mailbox' : 'Not chosen')}</td>
      <td className="nowrap">
        <When message={message} />
      </td>
    </tr>
  );
}

function Subject({ message }: { message: Message }) {
  if (message.state === 'draft' && message.kind === 'one_off') {
    return (
      <Link className="link break-anywhere" to="/messages/compose" search={{ draft: message.id }}>
        {subjectOf(message)}
      </Link>
    );
  }
  return (
    <Link className="link break-anywhere" to="/messages/$message" params={{ message: message.id }}>
      {subjectOf(message)}
    </Link>
  );
}

function Why({ message }: { message: Message }) {
  const mailbox = useSendingMailbox(message.mailbox_id);
  if (message.state === 'queued') return <WaitingLine message={message} mailbox={mailbox} />;
  if (message.state === 'failed') return failureOf(message).title;
  if (message.state === 'unknown') return 'It may have been sent. Open it to decide.';
  return null;
}

function When({ message }: { message: Message }) {
  const zone = useTimeZone();
  const [what, at] = message.sent_at
    ? ['Sent', message.sent_at]
    : message.queued_at && message.state !== 'draft'
      ? ['Queued', message.queued_at]
      : ['Begun', message.created_at];
  return (
    <>
      {what} <time dateTime={at}>{shortDateTime(at, zone)}</time>
    </>
  );
}
