import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { fieldErrors } from '../../lib/problem.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import { useNewOrganization } from './api.ts';

export function NewOrganizationDialog({ onClose }: { onClose: () => void }) {
  useReturnFocus();
  const [name, setName] = useState('');
  const make = useNewOrganization();
  const wrong = fieldErrors(make.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    make.mutate({ name, time_zone }, { onSuccess: () => window.location.assign('/') });
  };
  return (
    <Modal opened onClose={onClose} title="Another organization">
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">You own it, and it opens at once. Nothing of the present one is carried over.</Text>
          <TextInput
            label="Name"
            data-autofocus
            required
            withAsterisk={false}
            maxLength={200}
            value={name}
            error={wrong['name']}
            onChange={(e) => setName(e.target.value)}
          />
          {make.error && Object.keys(wrong).length === 0 && <ErrorState error={make.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!name.trim()} loading={make.isPending}>
              Make organization
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
