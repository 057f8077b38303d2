import { PasswordInput, SimpleGrid, TextInput } from '@mantine/core';
import type { SignIn } from './draft.ts';

type Props = {
  value: SignIn;
  errors: { username?: string | undefined; password?: string | undefined };
  onChange: (value: SignIn) => void;
  prefix?: string;
  usernameHint?: string;
  passwordHint?: string;
};

/** User name and password, which can be looked at before it is sent. */
export function SignInFields({ value, errors, onChange, prefix = '', usernameHint, passwordHint }: Props) {
  const label = (text: string) => (prefix ? `${prefix} ${text}` : text.charAt(0).toUpperCase() + text.slice(1));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <TextInput
        label={label('user name')}
        description={usernameHint}
        inputWrapperOrder={ORDER}
        autoComplete="off"
        spellCheck={false}
        value={value.username}
        error={errors.username}
        onChange={(e) => onChange({ ...value, username: e.target.value })}
      />
      <PasswordInput
        label={label('password')}
        description={passwordHint}
        inputWrapperOrder={ORDER}
        required
        withAsterisk={false}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': `Show ${label('password')}`, tabIndex: 0 }}
        value={value.password}
        error={errors.password}
        onChange={(e) => onChange({ ...value, password: e.target.value })}
      />
    </SimpleGrid>
  );
}

// hints below, so that two inputs side by side stay in line
const ORDER: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];
