import { Button } from '@mantine/core';
import { IconArrowForwardUp, IconPencil } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useMay } from '../../lib/session.tsx';
import { useDelete, type Versioned } from './api.ts';
import { subjectOf } from './words.ts';

type Props = { message: Versioned };

/** Another mail in the same conversation. */
export function ReplyButton({ message }: Props) {
  const may = useMay('messages:send');
  if (!may) return null;
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconArrowForwardUp size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/messages/compose" search={{ answers: message.id }} />}
    >
      Write a follow-up
    </Button>
  );
}

export function EditButton({ message, label, main }: Props & { label: string; main: boolean }) {
  return (
    <Button
      size="xs"
      variant={main ? 'filled' : 'default'}
      leftSection={<IconPencil size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/messages/compose" search={{ draft: message.id }} />}
    >
      {label}
    </Button>
  );
}

export function DeleteButton({ message }: Props) {
  const [asked, setAsked] = useState(false);
  const remove = useDelete(message.id);
  const navigate = useNavigate();
  const may = useMay('messages:send');
  if (!may) return null;
  return (
    <>
      <Button size="xs" variant="subtle" color="gray" onClick={() => setAsked(true)}>
        Delete…
      </Button>
      {asked && (
        <ConfirmDialog
          title={`Delete “${subjectOf(message)}”?`}
          confirm="Delete email"
          pending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/messages' }) })}
          onClose={() => setAsked(false)}
        >
          Its words and files are gone for good. It was not sent.
        </ConfirmDialog>
      )}
    </>
  );
}
