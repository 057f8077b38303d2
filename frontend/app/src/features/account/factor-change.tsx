import { Modal, Text } from '@mantine/core';
import { useState } from 'react';
import { notifyOk } from '../../lib/notify.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import { AccountDialog, AccountForm, type Errors, type Values } from './account-form.tsx';
import { useDisableFactor, useRenewCodes } from './api.ts';
import { CodeInput, OwnPassword } from './own-password.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

type Props = { onClose: () => void };

const given = ({ current_password = '', code = '' }: Values) => ({ current_password, code });

function Both({ errors }: { errors: Errors }) {
  return (
    <>
      <OwnPassword errors={errors} autoFocus />
      <CodeInput errors={errors} label="Code" description="Of your app, or one of your recovery codes." />
    </>
  );
}

export function DisableDialog({ onClose }: Props) {
  const disable = useDisableFactor();
  const done = () => {
    notifyOk('The second factor is off', 'The password alone signs you in.');
    onClose();
  };
  return (
    <AccountDialog
      title="Turn the second factor off?"
      submit="Turn off"
      color="danger"
      pending={disable.isPending}
      error={disable.error}
      onClose={onClose}
      onSubmit={(values) => disable.mutate(given(values), { onSuccess: done })}
    >
      {(errors) => (
        <>
          <Text size="sm">From then on whoever knows your password can sign in. Your recovery codes stop working.</Text>
          <Both errors={errors} />
        </>
      )}
    </AccountDialog>
  );
}

export function RenewDialog({ onClose }: Props) {
  useReturnFocus();
  const renew = useRenewCodes();
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={codes ? 'Keep your recovery codes' : 'New recovery codes'}
      closeOnClickOutside={!codes}
      closeOnEscape={!codes}
      withCloseButton={!codes}
    >
      {codes ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : (
        <AccountForm
          submit="Make new codes"
          pending={renew.isPending}
          error={renew.error}
          onCancel={onClose}
          onSubmit={(values) => renew.mutate(given(values), { onSuccess: setCodes })}
        >
          {(errors) => (
            <>
              <Text size="sm">The older ones stop working.</Text>
              <Both errors={errors} />
            </>
          )}
        </AccountForm>
      )}
    </Modal>
  );
}
