/** Access and refresh tokens (RFC 6749, RFC 9700). A refresh token is stored before what came with it is used. */
import { failure } from '../shared/failure.ts';
import { fields, text } from '../shared/reading.ts';
import { exclusive } from './exclusive.ts';
import { type Answer, postForm } from './net.ts';
import { type Access, drop, forget, type Grant, held, hold, keep, kept } from './store.ts';

export const CLIENT = 'mailwarden-extension';
const SPARE_MS = 30_000;

/** Throws `signed_out`, `access_ended`, `unreachable`. */
export async function accessToken(server: string): Promise<string> {
  const found = await held('access');
  if (found && found.server === server && found.until - Date.now() > SPARE_MS) return found.token;
  return await exclusive('refresh', () => refresh(server));
}

/** After a 401: the token is of no use, whatever its time. Another one that came meanwhile stays. */
export async function spent(token: string): Promise<void> {
  if ((await held('access'))?.token === token) await drop('access');
}

async function refresh(server: string): Promise<string> {
  const found = await held('access');
  if (found && found.server === server && found.until - Date.now() > SPARE_MS) return found.token;
  const grant = await kept('grant');
  if (!grant || grant.server !== server) throw failure((await kept('ended')) ? 'access_ended' : 'signed_out');
  const form = { grant_type: 'refresh_token', refresh_token: grant.refresh, client_id: CLIENT };
  const answer = await postForm(server, '/oauth/token', form);
  if (answer.status === 400 && fields(answer.body)['error'] === 'invalid_grant') return await ended(grant);
  return (await store(server, answer)).token;
}

/** Only where it is still the same grant: somebody may have signed in anew meanwhile. */
async function ended(grant: Grant): Promise<never> {
  if ((await kept('grant'))?.refresh === grant.refresh) {
    await keep('ended', true);
    await forget('grant');
    await drop('access', 'status');
  }
  throw failure('access_ended');
}

/** Throws `server_failed` for an answer without tokens. */
export async function store(server: string, answer: Answer): Promise<Access> {
  const body = fields(answer.body);
  const [token, refreshToken] = [text(body['access_token']), text(body['refresh_token'])];
  const seconds = body['expires_in'];
  if (answer.status !== 200 || !token || !refreshToken || typeof seconds !== 'number') throw failure('server_failed');
  await keep('grant', { server, refresh: refreshToken });
  await forget('ended');
  const access = { server, token, until: Date.now() + seconds * 1000 };
  await hold('access', access);
  return access;
}
