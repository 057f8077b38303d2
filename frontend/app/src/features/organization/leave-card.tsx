import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Part } from '../../components/part.tsx';
import { useSession } from '../../lib/session.tsx';
import { useLeave } from './api.ts';
import { NewOrganizationDialog } from './new-organization-dialog.tsx';

export function LeaveCard() {
  const { organization } = useSession();
  const [open, setOpen] = useState<'leave' | 'new' | null>(null);
  return (
    <Part
      title="Your organizations"
      lead="You can belong to several, and change between them in the menu at your name."
    >
      <Group gap="xs">
        <Button variant="default" onClick={() => setOpen('new')}>
          Make another organization…
        </Button>
        <Button variant="default" onClick={() => setOpen('leave')}>
          Leave {organization.name}…
        </Button>
      </Group>
      {open === 'leave' && <Leave onClose={() => setOpen(null)} />}
      {open === 'new' && <NewOrganizationDialog onClose={() => setOpen(null)} />}
    </Part>
  );
}

/** A full load afterwards: nothing of the organization may stay in memory. */
function Leave({ onClose }: { onClose: () => void }) {
  const { organization } = useSession();
  const leave = useLeave();
  const act = () => leave.mutate(undefined, { onSuccess: (next) => window.location.assign(next ? '/' : '/sign-in') });
  return (
    <ConfirmDialog
      title={`Leave ${organization.name}?`}
      confirm="Leave"
      keep="Stay"
      pending={leave.isPending}
      error={leave.error}
      onConfirm={act}
      onClose={onClose}
    >
      You lose access at once, and only an owner or manager can invite you back. What you connected stays with the
      organization. The last owner cannot leave: transfer ownership first.
    </ConfirmDialog>
  );
}
