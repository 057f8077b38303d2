import { Button } from '@mantine/core';
import { useSend, type Versioned } from './api.ts';
import { Refusal } from './refusal.tsx';
import { useKey } from './use-key.ts';
import { subjectOf } from './words.ts';

/** The same mail, as it is, past the same gate. */
export function SendAgain({ message }: { message: Versioned }) {
  const send = useSend(message.id);
  const key = useKey();
  const order = (send_at: string | null) =>
    send.mutate({ key: key.current(send_at), send_at }, { onSettled: (_, error) => key.answered(error ?? undefined) });
  const back = { path: `/messages/${message.id}`, label: `“${subjectOf(message)}”` };
  return (
    <div>
      <Button size="xs" loading={send.isPending} onClick={() => order(null)}>
        Send again
      </Button>
      {send.error && (
        <Refusal error={send.error} mailboxId={message.mailbox_id} back={back} onSend={(at) => order(at)} />
      )}
    </div>
  );
}
