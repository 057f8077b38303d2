import { Group, Text } from '@mantine/core';
import { useRightsTo } from '../../components/managed.tsx';
import { BillingLink, RepairLink } from '../../components/repair-link.tsx';
import type { SendingMailbox } from '../../lib/types.ts';
import type { Versioned } from './api.ts';
import { EditButton } from './buttons.tsx';
import { failureOf, type Remedy } from './failure.ts';
import { SendAgain } from './send-again.tsx';
import { subjectOf } from './words.ts';

type Props = { message: Versioned; mailbox: SendingMailbox | undefined };

const EDITS: Partial<Record<Remedy, string>> = {
  edit: 'Change it and send again',
  mailbox: 'Choose another mailbox',
  recipients: 'Change the recipients',
};

/** Why it did not go out, and the one button that helps. */
export function FailedPart({ message, mailbox }: Props) {
  const { may, reason } = useRightsTo('messages:send');
  const { title } = failureOf(message);
  return (
    <>
      <Text size="sm">
        {message.state === 'failed' && `${title}. ${message.failure_detail ?? ''} Nothing was sent.`}
        {message.state === 'cancelled' && 'You held it back. Nothing was sent.'}
        {message.state === 'draft' && 'It is a draft. Nothing was sent.'}
      </Text>
      {message.kind === 'one_off' && may && <Buttons message={message} mailbox={mailbox} />}
      {message.kind !== 'one_off' && <Text size="sm">It belongs to an outreach campaign, which decides about it.</Text>}
      {!may && <Text size="sm">{reason}</Text>}
    </>
  );
}

function Buttons({ message, mailbox }: Props) {
  if (message.state === 'draft') return <Alone message={message} label="Continue writing" />;
  const { remedy } = failureOf(message);
  const back = { path: `/messages/${message.id}`, label: `“${subjectOf(message)}”` };
  const edit = EDITS[remedy];
  const broken = mailbox && !mailbox.usable;
  if (message.state === 'failed' && remedy === 'billing') return <BillingLink back={back} />;
  if (message.state === 'failed' && edit) return <Alone message={message} label={edit} />;
  return (
    <Group gap="xs" align="flex-start">
      {broken ? <RepairLink mailbox={mailbox} back={back} /> : <SendAgain message={message} />}
      <EditButton message={message} label="Edit first" main={false} />
    </Group>
  );
}

function Alone({ message, label }: { message: Versioned; label: string }) {
  return (
    <div>
      <EditButton message={message} label={label} main />
    </div>
  );
}
