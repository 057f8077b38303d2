export type Words = { title: string; detail: string };

const EXPIRED = { title: 'That took too long', detail: 'Start again, in the same browser.' };
const FAILED = { title: 'Signing in did not work', detail: 'Try again, or sign in with your password.' };

/** Codes that the way back from a provider's page leads here with. */
const LANDING: Record<string, Words> = {
  sign_in_expired: EXPIRED,
  sign_in_cancelled: { title: 'Signing in was cancelled', detail: 'Nothing was changed.' },
  sign_in_failed: FAILED,
  identity_not_linked: {
    title: 'There is an account with this address already',
    detail: 'Sign in with its password. Then join the two in Settings, Account.',
  },
  identity_taken: {
    title: 'This account signs in somebody else',
    detail: 'It is joined to another account here. Sign in with that one.',
  },
  identity_without_email: {
    title: 'No e-mail address came along',
    detail: 'Create an account with a password, or choose another account there.',
  },
  too_many_attempts: { title: 'Too many attempts', detail: 'Wait a few minutes, then try again.' },
};

export function landingError(code: string | null): Words | null {
  return code ? (LANDING[code] ?? FAILED) : null;
}
