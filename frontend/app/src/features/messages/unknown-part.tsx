import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useRightsTo } from '../../components/managed.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useResolve, type Versioned } from './api.ts';

/** It may have been sent. We look for it, and never send it again by ourselves: that is a person's decision. */
export function UnknownPart({ message }: { message: Versioned }) {
  const [again, setAgain] = useState(false);
  const resolve = useResolve(message.id);
  const { may, reason } = useRightsTo('messages:send');
  return (
    <>
      <Text size="sm">
        It was handed over, but the answer was lost{message.failure_detail && `: ${message.failure_detail}`} We look for
        it at the provider for a day and never send it again by ourselves. Look into the Sent folder of the mailbox,
        then say what you found.
      </Text>
      {!may && <Text size="sm">{reason}</Text>}
      <Group gap="xs">
        <Button size="xs" disabled={!may} loading={resolve.isPending} onClick={() => resolve.mutate('sent')}>
          It was sent: mark as sent
        </Button>
        <Button size="xs" variant="default" disabled={!may} onClick={() => setAgain(true)}>
          It was not sent: send again…
        </Button>
      </Group>
      {resolve.error && !again && <ErrorState error={resolve.error} />}
      {again && (
        <ConfirmDialog
          title="Send it again?"
          confirm="Send again"
          pending={resolve.isPending}
          error={resolve.error}
          onConfirm={() => resolve.mutate('send_again', { onSuccess: () => setAgain(false) })}
          onClose={() => setAgain(false)}
        >
          If the first one did arrive after all, everybody gets it twice.
        </ConfirmDialog>
      )}
    </>
  );
}
