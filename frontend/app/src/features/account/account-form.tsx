import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { fieldErrors } from '../../lib/problem.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';

export type Values = Record<string, string>;
export type Errors = Record<string, string>;

type FormProps = {
  submit: string;
  color?: string;
  pending: boolean;
  error: unknown;
  onSubmit: (values: Values) => void;
  onCancel: () => void;
  children: (errors: Errors) => ReactNode;
};

/** The server checks; what it points at stands at its field, and the first of those gets the focus. */
export function AccountForm({ submit, color, pending, error, onSubmit, onCancel, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const errors = fieldErrors(error);
  const first = Object.keys(errors)[0];
  useEffect(() => {
    if (error && first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  }, [error, first]);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!pending) onSubmit(read(event.currentTarget));
  };
  return (
    <form ref={form} onSubmit={send}>
      <Stack>
        {error != null && !first && <ErrorState error={error} />}
        {children(errors)}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" color={color} loading={pending}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function read(form: HTMLFormElement): Values {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(entries.map(([name, value]) => [name, name.includes('password') ? value : value.trim()]));
}

type DialogProps = Omit<FormProps, 'onCancel'> & { title: string; onClose: () => void };

export function AccountDialog({ title, onClose, ...form }: DialogProps) {
  useReturnFocus();
  return (
    <Modal opened onClose={onClose} title={title}>
      <AccountForm {...form} onCancel={onClose} />
    </Modal>
  );
}
