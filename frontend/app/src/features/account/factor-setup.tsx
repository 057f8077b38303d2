import { Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { FactorSetup } from '../../lib/types.ts';
import { AccountForm } from './account-form.tsx';
import { useConfirmFactor, useSetUpFactor } from './api.ts';
import { CodeInput, OwnPassword } from './own-password.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SetupKey } from './setup-key.tsx';

type Step = { at: 'password' } | { at: 'key'; setup: FactorSetup } | { at: 'codes'; codes: string[] };
const TITLES = { password: 'Set up a second factor', key: 'Add it to your app', codes: 'Keep your recovery codes' };

/** Password, key, codes. The last step closes by its button alone: the codes are shown this once. */
export function FactorSetupDialog({ onClose }: { onClose: () => void }) {
  useReturnFocus();
  const [step, setStep] = useState<Step>({ at: 'password' });
  const once = step.at === 'codes';
  return (
    <Modal
      opened
      onClose={onClose}
      title={TITLES[step.at]}
      closeOnClickOutside={false}
      closeOnEscape={!once}
      withCloseButton={!once}
    >
      {step.at === 'password' && <Ask onCancel={onClose} onDone={(setup) => setStep({ at: 'key', setup })} />}
      {step.at === 'key' && (
        <Confirm setup={step.setup} onCancel={onClose} onDone={(codes) => setStep({ at: 'codes', codes })} />
      )}
      {step.at === 'codes' && <RecoveryCodes codes={step.codes} onDone={onClose} />}
    </Modal>
  );
}

type StepProps<T> = { onCancel: () => void; onDone: (result: T) => void };

function Ask({ onCancel, onDone }: StepProps<FactorSetup>) {
  const setUp = useSetUpFactor();
  return (
    <AccountForm
      submit="Continue"
      pending={setUp.isPending}
      error={setUp.error}
      onCancel={onCancel}
      onSubmit={({ current_password = '' }) => setUp.mutate(current_password, { onSuccess: onDone })}
    >
      {(errors) => <OwnPassword errors={errors} autoFocus />}
    </AccountForm>
  );
}

function Confirm({ setup, onCancel, onDone }: StepProps<string[]> & { setup: FactorSetup }) {
  const confirm = useConfirmFactor();
  return (
    <Stack>
      <Text size="sm">
        Scan this with an authenticator app, or type the key into it. Then enter the code that it shows.
      </Text>
      <SetupKey setup={setup} />
      <AccountForm
        submit="Turn on"
        pending={confirm.isPending}
        error={confirm.error}
        onCancel={onCancel}
        onSubmit={({ code = '' }) => confirm.mutate(code, { onSuccess: onDone })}
      >
        {(errors) => (
          <CodeInput
            errors={errors}
            autoFocus
            label="Code of the app"
            description="Turning it on signs your other browsers out."
          />
        )}
      </AccountForm>
    </Stack>
  );
}
