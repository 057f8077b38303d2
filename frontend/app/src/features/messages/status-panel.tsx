import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { panelStyle } from '../../components/tones.ts';
import { useSendingMailbox } from '../../lib/sending.ts';
import type { Versioned } from './api.ts';
import { MessageBadges } from './badges.tsx';
import { DeleteButton, ReplyButton } from './buttons.tsx';
import { FailedPart } from './failed-part.tsx';
import { HoldBack } from './hold-back.tsx';
import { UnknownPart } from './unknown-part.tsx';
import { WaitingLine } from './waiting-line.tsx';
import { isEditable, STATES } from './words.ts';

/** How a message stands, why, and what can be done about it. */
export function StatusPanel({ message }: { message: Versioned }) {
  const { tone } = STATES[message.state];
  return (
    <section className="panel" style={panelStyle(tone)} aria-label="Status">
      <Stack gap="sm">
        <MessageBadges message={message} />
        <Told message={message} />
        {isEditable(message) && message.state !== 'draft' && (
          <Group gap="xs">
            <DeleteButton message={message} />
          </Group>
        )}
      </Stack>
    </section>
  );
}

function Told({ message }: { message: Versioned }): ReactNode {
  const mailbox = useSendingMailbox(message.mailbox_id);
  switch (message.state) {
    case 'queued':
      return (
        <>
          <Text size="sm" component="div">
            <WaitingLine message={message} mailbox={mailbox} />
          </Text>
          <HoldBack message={message} />
        </>
      );
    case 'sending':
      return <Text size="sm">It is being handed to the provider. From here on it cannot be held back.</Text>;
    case 'sent':
      return <Sent message={message} />;
    case 'unknown':
      return <UnknownPart message={message} />;
    case 'failed':
    case 'cancelled':
    case 'draft':
      return <FailedPart message={message} mailbox={mailbox} />;
  }
}

function Sent({ message }: { message: Versioned }) {
  return (
    <>
      <Text size="sm" component="div">
        The provider accepted it {message.sent_at && <RelativeTime iso={message.sent_at} />}. Bounces and replies are
        shown as soon as they come back.
      </Text>
      <Group gap="xs">
        <ReplyButton message={message} />
      </Group>
    </>
  );
}
