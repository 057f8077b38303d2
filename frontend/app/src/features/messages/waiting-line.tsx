import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import type { Message, SendingMailbox } from '../../lib/types.ts';
import { waitReason } from './failure.ts';

/** Of a queued message: until when it waits, and why. */
export function WaitingLine({ message, mailbox }: { message: Message; mailbox: SendingMailbox | undefined }) {
  const later = message.due_at && Date.parse(message.due_at) > Date.now();
  const reason = waitReason(message);
  return (
    <>
      {mailbox && !mailbox.usable && `${mailbox.detail} `}
      {reason && `${reason}. `}
      {later && message.due_at ? (
        <>
          Not before <ExactTime iso={message.due_at} /> (<RelativeTime iso={message.due_at} />
          ).
        </>
      ) : (
        'Waits for its turn: the sending speed and the limits of its mailbox decide when.'
      )}
    </>
  );
}
