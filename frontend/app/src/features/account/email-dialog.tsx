import { Text, TextInput } from '@mantine/core';
import { notifyOk } from '../../lib/notify.ts';
import { AccountDialog } from './account-form.tsx';
import { useChangeEmail } from './api.ts';
import { OwnPassword } from './own-password.tsx';

export function EmailDialog({ onClose }: { onClose: () => void }) {
  const change = useChangeEmail();
  return (
    <AccountDialog
      title="Change e-mail"
      submit="Mail me a link"
      pending={change.isPending}
      error={change.error}
      onClose={onClose}
      onSubmit={({ current_password = '', new_email = '' }) =>
        change.mutate(
          { current_password, new_email },
          {
            onSuccess: () => {
              notifyOk('Look into your mail', `Open the link that goes to ${new_email}.`);
              onClose();
            },
          },
        )
      }
    >
      {(errors) => (
        <>
          <Text size="sm">
            We mail a link to the new address and a notice to the old one. The old one signs in until the link is
            opened.
          </Text>
          <TextInput
            name="new_email"
            type="email"
            label="New e-mail"
            autoComplete="email"
            required
            withAsterisk={false}
            data-autofocus
            error={errors['new_email']}
          />
          <OwnPassword errors={errors} />
        </>
      )}
    </AccountDialog>
  );
}
