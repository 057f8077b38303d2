import { notifyOk } from '../../lib/notify.ts';
import { PASSWORD_HINT } from '../../lib/password-rule.ts';
import { AccountDialog } from './account-form.tsx';
import { useChangePassword } from './api.ts';
import { NewPassword, OwnPassword } from './own-password.tsx';

export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const change = useChangePassword();
  return (
    <AccountDialog
      title="Change password"
      submit="Change password"
      pending={change.isPending}
      error={change.error}
      onClose={onClose}
      onSubmit={({ current_password = '', new_password = '' }) =>
        change.mutate(
          { current_password, new_password },
          {
            onSuccess: () => {
              notifyOk('Your password is changed', 'Other browsers were signed out.');
              onClose();
            },
          },
        )
      }
    >
      {(errors) => (
        <>
          <OwnPassword errors={errors} autoFocus />
          <NewPassword errors={errors} hint={PASSWORD_HINT} />
        </>
      )}
    </AccountDialog>
  );
}
