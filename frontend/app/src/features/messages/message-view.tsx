import { Card, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Disclosure } from '../../components/disclosure.tsx';
import { Fact } from '../../components/evidence-list.tsx';
import { MailFrame } from '../../components/mail-frame.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { fileSize } from '../../lib/files.ts';
import { useSendingMailbox } from '../../lib/sending.ts';
import { ActivityCard } from './activity-card.tsx';
import type { Versioned } from './api.ts';
import { AttemptTable } from './attempt-table.tsx';
import { RecipientTable } from './recipient-table.tsx';
import { StatusPanel } from './status-panel.tsx';
import { SOURCES } from './words.ts';

/** One message: how it stands and what can be done, who gets it, what came of it, what it says. */
export function MessageView({ message }: { message: Versioned }) {
  return (
    <Stack gap="lg">
      <StatusPanel message={message} />
      <Facts message={message} />
      <RecipientTable recipients={message.recipients} />
      {(message.state === 'sent' || message.state === 'unknown') && <ActivityCard message={message} />}
      <Card component="section" aria-label="Content">
        <Stack gap="sm">
          <Title order={2}>Content</Title>
          {message.html ? (
            <MailFrame title="The email as written" html={message.html} />
          ) : (
            <Words text={message.text} />
          )}
          {message.files.length > 0 && <Files message={message} />}
        </Stack>
      </Card>
      {message.attempts.length > 0 && (
        <Disclosure label="Every try to send it" startOpen={message.state === 'unknown'}>
          <AttemptTable attempts={message.attempts} />
        </Disclosure>
      )}
    </Stack>
  );
}

function Words({ text }: { text: string }) {
  return <div style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{text || 'Nothing is written in it.'}</div>;
}

function Files({ message }: { message: Versioned }) {
  return (
    <ul aria-label="Attachments" style={{ margin: 0, paddingLeft: 20 }}>
      {message.files.map((file) => (
        <li key={file.id} className="break-anywhere">
          {file.name} ({fileSize(file.size)})
        </li>
      ))}
    </ul>
  );
}

const onOff = (value: boolean | null) => (value === null ? 'as the mailbox is set' : value ? 'on' : 'off');

function Facts({ message }: { message: Versioned }) {
  const mailbox = useSendingMailbox(message.mailbox_id);
  return (
    <dl className="facts">
      <Fact name="From">{mailbox?.address ?? (message.mailbox_id ? 'A mailbox you may not send from now' : '–')}</Fact>
      <Fact name="Written">
        {SOURCES[message.source]}, <ExactTime iso={message.created_at} />
      </Fact>
      {message.sent_at && (
        <Fact name="Sent">
          <ExactTime iso={message.sent_at} />
        </Fact>
      )}
      <Fact name="Tracking">
        Opens {onOff(message.track_opens)}, clicks {onOff(message.track_clicks)}
      </Fact>
      {message.answers_id && (
        <Fact name="Follows">
          <Link className="link" to="/messages/$message" params={{ message: message.answers_id }}>
            An earlier email in the same conversation
          </Link>
        </Fact>
      )}
    </dl>
  );
}
