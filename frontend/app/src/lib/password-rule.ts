export const PASSWORD_HINT = 'At least 12 characters. A few words are easy to remember.';

export function passwordFault(password: string | undefined): string | undefined {
  if (!password) return 'Enter a password.';
  return [...password].length < 12 ? 'Use at least 12 characters.' : undefined;
}
