import { tokenOf } from './token.ts';

const KEPT = 'mailwarden.invitation';

/** Kept for this tab: who has to sign in first comes back without the link's end. */
export function invitationToken(): string {
  const token = tokenOf();
  if (!token) return window.sessionStorage.getItem(KEPT) ?? '';
  window.sessionStorage.setItem(KEPT, token);
  return token;
}

export function forgetInvitation(): void {
  window.sessionStorage.removeItem(KEPT);
}
