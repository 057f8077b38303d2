import { Button } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { notifyOk } from '../../lib/notify.ts';
import type { DomainDetail } from '../../lib/types.ts';
import { useDeleteDomain } from './api.ts';

export function RemoveDomain({ domain }: { domain: DomainDetail }) {
  const [open, setOpen] = useState(false);
  const rights = useRightsTo('domains:write');
  const navigate = useNavigate();
  const remove = useDeleteDomain(domain);
  const done = () => {
    notifyOk(`${domain.display_name} is removed`);
    void navigate({ to: '/deliverability/domains', search: {} });
  };
  return (
    <div>
      <Managed rights={rights}>
        {(may) => (
          <Button
            variant="default"
            disabled={!may}
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setOpen(true)}
          >
            Remove this domain…
          </Button>
        )}
      </Managed>
      {open && (
        <ConfirmDialog
          title={`Remove ${domain.display_name}?`}
          confirm="Remove the domain"
          pending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(undefined, { onSuccess: done })}
          onClose={() => setOpen(false)}
        >
          The history of its checks goes with it, and its blocklists are not watched any more. Your DNS is not touched.
        </ConfirmDialog>
      )}
    </div>
  );
}
