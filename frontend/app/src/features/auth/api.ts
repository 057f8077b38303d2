import {
  confirmEmail,
  finishIdentitySignIn,
  forgotPassword,
  getMe,
  getSupport,
  listIdentityProviders,
  lookUpInvitation,
  acceptInvitation as postAccept,
  contactSupport as postContact,
  signUpByInvitation as postJoin,
  resetPassword as postReset,
  signIn as postSignIn,
  signUp as postSignUp,
  signOut,
  startIdentitySignIn,
} from '@mailwarden/api-client';
import { rememberCsrf } from '../../lib/http.ts';
import type { ContactRequest, IdentityProvider, InvitationSeen } from '../../lib/types.ts';

export type Credentials = { email: string; password: string };

/** `code`: of the second factor, after the same call was refused for the lack of one. */
export async function signIn(body: Credentials & { code?: string }): Promise<void> {
  await postSignIn({ body });
}

export async function signUp(body: Credentials & { name: string; organization_name: string }): Promise<void> {
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone; // the organization's, until somebody changes it
  await postSignUp({ body: { ...body, time_zone } });
}

export async function askForLink(email: string): Promise<{ sender: string; link_minutes: number }> {
  return (await forgotPassword({ body: { email } })).data;
}

export async function setPassword(token: string, password: string): Promise<void> {
  await postReset({ body: { token, password } });
}

export async function confirmAddress(token: string): Promise<string> {
  return (await confirmEmail({ body: { token } })).data.email;
}

/** What cannot be told is not offered: signing in with a password works all the same. */
export async function identityProviders(): Promise<IdentityProvider[]> {
  try {
    return (await listIdentityProviders()).data.data;
  } catch {
    return [];
  }
}

/** `next`: the path to go on at afterwards. */
export async function pageOfProvider(provider: string, next?: string): Promise<string> {
  return (await startIdentitySignIn({ path: { provider }, body: next ? { next } : undefined })).data.authorize_url;
}

export async function sendCode(code: string): Promise<void> {
  await finishIdentitySignIn({ body: { code } });
}

export type Visitor = { email: string };

export async function lookUp(token: string): Promise<InvitationSeen> {
  return (await lookUpInvitation({ body: { token } })).data;
}

/** Who looks, if somebody is signed in; then what they do here carries their session's token. */
export async function visitor(): Promise<Visitor | null> {
  try {
    const { data } = await getMe();
    rememberCsrf(data.csrf_token);
    return data.user;
  } catch {
    return null;
  }
}

export async function leave(): Promise<void> {
  await signOut();
}

export async function acceptInvitation(token: string): Promise<void> {
  await postAccept({ body: { token } });
}

export async function signUpByInvitation(body: { token: string; name: string; password: string }): Promise<void> {
  await postJoin({ body });
}

export type Received = { reference: string; due_at: string };

export async function contactSupport(body: ContactRequest): Promise<Received> {
  return (await postContact({ body })).data;
}

export async function supportDesk(): Promise<{ address: string }> {
  return (await getSupport()).data;
}
