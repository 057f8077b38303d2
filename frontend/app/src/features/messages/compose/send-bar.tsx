import { Button, Group } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Managed, useRightsTo } from '../../../components/managed.tsx';
import { useBlocked } from '../../../lib/standing.ts';
import { useDelete, type Versioned } from '../api.ts';
import type { DraftKeeper } from './keeper.ts';
import { SendLater } from './send-later.tsx';

type Props = {
  keeper: DraftKeeper;
  stored: Versioned | null;
  pending: boolean;
  blocked: boolean;
  onLater: (at: string) => void;
};

export function SendBar({ keeper, stored, pending, blocked, onLater }: Props) {
  const rights = useRightsTo('messages:send');
  const ended = useBlocked();
  return (
    <Group justify="space-between">
      <Group gap="xs" align="flex-end">
        <Managed rights={ended ? { may: false, reason: ended } : rights}>
          {(may) => (
            <Button
              type="submit"
              disabled={!may || blocked}
              loading={pending}
              leftSection={<IconSend size={16} aria-hidden />}
            >
              Send
            </Button>
          )}
        </Managed>
        {rights.may && !ended && <SendLater disabled={blocked || pending} onLater={onLater} />}
      </Group>
      {stored && <DiscardDraft keeper={keeper} id={stored.id} />}
    </Group>
  );
}

function DiscardDraft({ keeper, id }: { keeper: DraftKeeper; id: string }) {
  const [asked, setAsked] = useState(false);
  const remove = useDelete(id);
  const navigate = useNavigate();
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        keeper.end();
        void navigate({ to: '/messages' });
      },
    });
  return (
    <>
      <Button variant="subtle" color="gray" onClick={() => setAsked(true)}>
        Delete draft…
      </Button>
      {asked && (
        <ConfirmDialog
          title="Delete this draft?"
          confirm="Delete draft"
          pending={remove.isPending}
          error={remove.error}
          onConfirm={confirm}
          onClose={() => setAsked(false)}
        >
          Its words and files are gone for good.
        </ConfirmDialog>
      )}
    </>
  );
}
