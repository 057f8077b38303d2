/** Code and PKCE through the server's own authorization page (RFC 8252, 7636, 9207). */
import { failure } from '../shared/failure.ts';
import { exclusive, shared } from './exclusive.ts';
import { postForm } from './net.ts';
import { challengeOf, random } from './pkce.ts';
import { drop, forget, type Grant, kept, settings } from './store.ts';
import { CLIENT, store } from './tokens.ts';
import { outdate } from './usability.ts';

/** Whether mail may be sent, and sending it: no lists, no figures, no settings. */
const SCOPE = 'status:read messages:send';

export const returnAddress = (): string => chrome.identity.getRedirectURL('cb');

/** Two clicks open one window. Throws `sign_in_refused`, `unreachable`, `server_failed`. */
export const signIn = shared(async (): Promise<void> => {
  const { server, device } = await settings();
  const [verifier, state] = [random(), random()];
  const asked = new URLSearchParams({
    client_id: CLIENT,
    response_type: 'code',
    scope: SCOPE,
    redirect_uri: returnAddress(),
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
    state,
    device_name: device,
  });
  const landed = await leave(`${server}/oauth/authorize?${asked}`);
  await redeem(server, codeOf(landed, state, server), verifier);
});

async function leave(url: string): Promise<string> {
  try {
    const landed = await chrome.identity.launchWebAuthFlow({ url, interactive: true });
    if (landed) return landed;
  } catch (error) {
    const told = error instanceof Error ? error.message : '';
    if (/could not be loaded/i.test(told)) throw failure('unreachable');
  }
  throw failure('sign_in_refused');
}

/** The answer must be ours: same state, and from the server that was asked (RFC 9207). */
export function codeOf(landed: string, state: string, server: string): string {
  const url = new URL(landed);
  const given = url.searchParams;
  const code = given.get('code');
  const issuer = (given.get('iss') ?? '').replace(/\/$/, '');
  if (given.get('error') === 'access_denied') throw failure('sign_in_refused', 'Access was not allowed.');
  if (`${url.origin}${url.pathname}` !== returnAddress() || given.get('state') !== state || !code) {
    throw failure('sign_in_refused', 'The answer does not belong to this sign-in.');
  }
  if (issuer !== server) {
    throw failure(
      'sign_in_refused',
      `The server calls itself ${issuer || 'nothing'}. Save that address in the options.`,
    );
  }
  return code;
}

async function redeem(server: string, code: string, verifier: string): Promise<void> {
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, client_id: CLIENT };
  await exclusive('refresh', async () => {
    const before = await kept('grant');
    await store(server, await postForm(server, '/oauth/token', { ...form, redirect_uri: returnAddress() }));
    if (before) await revoke(before);
    if ((await settings()).server === server) return;
    await end(); // another server was chosen while the window was open
    throw failure('sign_in_refused', 'The address of your server was changed meanwhile. Sign in again.');
  });
  await outdate();
}

/** `told` false: the server could not be told, so the device is still in its list. */
export const signOut = (): Promise<{ told: boolean }> => exclusive('refresh', end);

async function end(): Promise<{ told: boolean }> {
  const grant = await kept('grant');
  await forget('grant', 'ended');
  await drop('access');
  await outdate();
  return { told: grant === null || (await revoke(grant)) };
}

async function revoke(grant: Grant): Promise<boolean> {
  try {
    const form = { token: grant.refresh, client_id: CLIENT, token_type_hint: 'refresh_token' };
    return (await postForm(grant.server, '/oauth/revoke', form)).status === 200;
  } catch {
    return false;
  }
}
