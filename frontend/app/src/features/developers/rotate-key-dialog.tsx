import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { ApiKey, NewApiKey } from '../../lib/types.ts';
import { useRotateKey } from './api.ts';

const OVERLAPS = [
  { value: '0', label: 'Not at all: it ends now' },
  { value: '1', label: '1 hour' },
  { value: '24', label: '24 hours' },
  { value: '168', label: '7 days' },
];

type Props = { apiKey: ApiKey; onClose: () => void; onRotated: (made: NewApiKey) => void };

export function RotateKeyDialog({ apiKey, onClose, onRotated }: Props) {
  useReturnFocus();
  const [hours, setHours] = useState('24');
  const rotate = useRotateKey(apiKey.id);
  return (
    <Modal opened onClose={onClose} title={`Rotate “${apiKey.name}”`}>
      <Stack>
        <Text size="sm">You get a new key with the same name and limits, and change your programs one by one.</Text>
        <Select
          label="How long the old key works on"
          data-autofocus
          allowDeselect={false}
          value={hours}
          data={OVERLAPS}
          onChange={(value) => setHours(value ?? '24')}
        />
        {rotate.error && <ErrorState error={rotate.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={rotate.isPending} onClick={() => rotate.mutate(Number(hours), { onSuccess: onRotated })}>
            Make the new key
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
