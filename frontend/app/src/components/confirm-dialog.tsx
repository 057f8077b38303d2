import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useReturnFocus } from '../lib/return-focus.ts';
import { ErrorState } from './states.tsx';

type Props = {
  title: string;
  /** A verb with its object: the button says what it does. */
  confirm: string;
  keep?: string;
  danger?: boolean;
  /** Something has to be decided first. */
  disabled?: boolean;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** What cannot be taken back is said before it is done; the safe way out has the focus. */
export function ConfirmDialog(props: Props) {
  useReturnFocus();
  const {
    title,
    confirm,
    keep = 'Cancel',
    danger = true,
    disabled,
    pending,
    error,
    onConfirm,
    onClose,
    children,
  } = props;
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack>
        <Text size="sm" component="div">
          {children}
        </Text>
        {error != null && <ErrorState error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {keep}
          </Button>
          <Button {...(danger && { color: 'danger' })} disabled={disabled} loading={pending} onClick={onConfirm}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
