import { PasswordInput, TextInput } from '@mantine/core';
import type { Errors } from './account-form.tsx';

const EYE = { 'aria-label': 'Show or hide the password', tabIndex: 0 };

/** What changes the way in is asked for again, so that an unlocked computer is not enough. */
export function OwnPassword({ errors, autoFocus }: { errors: Errors; autoFocus?: boolean }) {
  return (
    <PasswordInput
      name="current_password"
      label="Your password"
      autoComplete="current-password"
      required
      withAsterisk={false}
      data-autofocus={autoFocus || undefined}
      visibilityToggleButtonProps={EYE}
      error={errors['current_password']}
    />
  );
}

export function NewPassword({ errors, hint }: { errors: Errors; hint: string }) {
  return (
    <PasswordInput
      name="new_password"
      label="New password"
      description={hint}
      autoComplete="new-password"
      required
      withAsterisk={false}
      minLength={12}
      maxLength={256}
      visibilityToggleButtonProps={{ ...EYE, 'aria-label': 'Show or hide the new password' }}
      error={errors['new_password']}
    />
  );
}

/** `autoFocus`: where it follows a step whose button is gone. */
type CodeProps = { errors: Errors; label: string; description?: string; autoFocus?: boolean };

export function CodeInput({ errors, label, description, autoFocus }: CodeProps) {
  return (
    <TextInput
      name="code"
      label={label}
      description={description}
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      required
      withAsterisk={false}
      minLength={6}
      maxLength={20}
      autoFocus={autoFocus}
      error={errors['code']}
    />
  );
}
