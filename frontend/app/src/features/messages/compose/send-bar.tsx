import { Button, Group } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { Managed, useRightsTo } from '../../../components/managed.tsx';
import { useBlocked } from '../../../lib/standing.ts';
import type { Versioned } from '../api.ts';
import type { DraftKeeper } from './keeper.ts';
import { SendLater } from './send-later.tsx';

const DeleteDraft = lazy(() => import('./delete-draft.tsx'));

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
  return (
    <>
      <Button variant="subtle" color="gray" onClick={() => setAsked(true)}>
        Delete draft…
      </Button>
      <Suspense fallback={null}>
        {asked && <DeleteDraft keeper={keeper} id={id} onClose={() => setAsked(false)} />}
      </Suspense>
    </>
  );
}
