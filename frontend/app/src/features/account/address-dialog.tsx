import { Text, TextInput } from '@mantine/core';
import { notifyOk } from '../../lib/notify.ts';
import { AccountDialog } from './account-form.tsx';
import { useReplaceAddress } from './api.ts';

/** Mistyped at the sign-up: nothing was proved yet, so another address simply takes its place. */
export default function AddressDialog({ onClose }: { onClose: () => void }) {
  const replace = useReplaceAddress();
  return (
    <AccountDialog
      title="Use another address"
      submit="Mail the link there"
      pending={replace.isPending}
      error={replace.error}
      onClose={onClose}
      onSubmit={({ email = '' }) =>
        replace.mutate(email, {
          onSuccess: () => {
            notifyOk('A link is on its way', `To ${email}. You sign in with that address from now on.`);
            onClose();
          },
        })
      }
    >
      {(errors) => (
        <>
          <Text size="sm">You sign in with it from now on. The link in the earlier mail stops working.</Text>
          <TextInput
            name="email"
            type="email"
            label="E-mail"
            autoComplete="email"
            required
            withAsterisk={false}
            data-autofocus
            error={errors['email']}
          />
        </>
      )}
    </AccountDialog>
  );
}
