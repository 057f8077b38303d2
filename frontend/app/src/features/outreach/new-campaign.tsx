import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { useCreate } from './changes.ts';

const NameDialog = lazy(() => import('./name-dialog.tsx'));

/** Everybody sends; a draft can be written while nothing can be sent. */
export function NewCampaign() {
  const [open, setOpen] = useState(false);
  const create = useCreate();
  const navigate = useNavigate();
  const rights = useRightsTo('messages:send');
  const confirm = (name: string) =>
    create.mutate(name, {
      onSuccess: ({ id }) =>
        void navigate({ to: '/outreach/$campaign', params: { campaign: id }, search: { tab: 'steps' } }),
    });
  return (
    <>
      <Managed rights={rights}>
        {(may) => (
          <Button disabled={!may} leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
            New campaign…
          </Button>
        )}
      </Managed>
      {open && (
        <Suspense fallback={null}>
          <NameDialog
            title="New outreach campaign"
            confirm="Create draft"
            pending={create.isPending}
            error={create.error}
            onConfirm={confirm}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
