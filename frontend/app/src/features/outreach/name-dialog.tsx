import { Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { fieldErrors } from '../../lib/problem.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';

type Props = {
  title: string;
  confirm: string;
  start?: string;
  /** Asks whether recipients come along. */
  withRecipients?: boolean;
  pending: boolean;
  error: unknown;
  onConfirm: (name: string, recipients: boolean) => void;
  onClose: () => void;
};

/** A campaign begins with its name: a new one, and the copy of another. */
export default function NameDialog(props: Props) {
  useReturnFocus();
  const { title, confirm, start = '', withRecipients = false, pending, error, onConfirm, onClose } = props;
  const [name, setName] = useState(start);
  const [recipients, setRecipients] = useState(false);
  const fault = fieldErrors(error)['name'];
  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(name.trim(), recipients);
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            description="For yourselves; recipients never see it."
            required
            maxLength={200}
            data-autofocus
            value={name}
            error={fault}
            onChange={(e) => setName(e.target.value)}
          />
          {withRecipients && (
            <Checkbox
              label="Take the recipients along, as if none had got a mail yet"
              checked={recipients}
              onChange={(e) => setRecipients(e.currentTarget.checked)}
            />
          )}
          {error != null && !fault && <ErrorState error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!name.trim()} loading={pending}>
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
