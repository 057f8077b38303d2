import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import { useAddSuppression } from './api.ts';

export function AddSuppression() {
  const [open, setOpen] = useState(false);
  const rights = useRightsTo('messages:send');
  return (
    <>
      <Managed rights={rights}>
        {(may) => (
          <Button disabled={!may} onClick={() => setOpen(true)}>
            Add address
          </Button>
        )}
      </Managed>
      {open && <AddDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  useReturnFocus();
  const [address, setAddress] = useState('');
  const [note, setNote] = useState('');
  const add = useAddSuppression();
  const wrong = fieldErrors(add.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { address: address.trim(), note: note.trim() },
      {
        onSuccess: (made) => {
          notifyOk(`${made.address} gets no more mail`);
          onClose();
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title="Add to the suppression list">
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Address"
            description="Also what waits already is not sent there any more."
            placeholder="name@example.com"
            type="email"
            required
            withAsterisk={false}
            data-autofocus
            value={address}
            error={wrong['address']}
            onChange={(e) => setAddress(e.target.value)}
          />
          <TextInput
            label="Note (optional)"
            placeholder="Asked by phone"
            maxLength={500}
            value={note}
            error={wrong['note']}
            onChange={(e) => setNote(e.target.value)}
          />
          {add.error && Object.keys(wrong).length === 0 && <ErrorState error={add.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!address.trim()} loading={add.isPending}>
              Add address
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
