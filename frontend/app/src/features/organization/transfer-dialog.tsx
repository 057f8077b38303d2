import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import { ROLE_LABELS } from '../../lib/roles.ts';
import type { Member } from '../../lib/types.ts';
import { useTransfer } from './api.ts';

const AFTER = (['manager', 'member'] as const).map((value) => ({ value, label: ROLE_LABELS[value] }));

/** Another owner, and one's own role after it, in one step. */
export function TransferDialog({ others, onClose }: { others: Member[]; onClose: () => void }) {
  useReturnFocus();
  const [to, setTo] = useState<string | null>(null);
  const [mine, setMine] = useState<'manager' | 'member'>('manager');
  const transfer = useTransfer();
  const heir = others.find((one) => one.id === to);
  const act = () => {
    if (!heir) return;
    const done = () => {
      notifyOk(`${heir.name} owns the organization now`, `You are ${ROLE_LABELS[mine].toLowerCase()}.`);
      onClose();
    };
    transfer.mutate({ member_id: heir.id, my_role: mine }, { onSuccess: done });
  };
  return (
    <Modal opened onClose={onClose} title="Transfer ownership">
      <Stack>
        <Text size="sm">
          They decide about everything from now on, billing included. You cannot take it back yourself.
        </Text>
        <Select
          label="New owner"
          placeholder="Choose a member"
          data-autofocus
          value={to}
          data={others.map((one) => ({ value: one.id, label: `${one.name} (${one.email})` }))}
          onChange={setTo}
        />
        <Select
          label="Your role afterwards"
          allowDeselect={false}
          value={mine}
          data={AFTER}
          onChange={(role) => setMine((role ?? 'manager') as typeof mine)}
        />
        {transfer.error && <ErrorState error={transfer.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="danger" disabled={!heir} loading={transfer.isPending} onClick={act}>
            Transfer ownership
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
