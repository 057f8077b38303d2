/** What the popup and the options page show. */
import { Failure, failure, troubleOf } from '../shared/failure.ts';
import type { Account, Diagnosis, Overview, Settings, Trouble } from '../shared/protocol.ts';
import { fields, text } from '../shared/reading.ts';
import { tidyServer } from '../shared/server.ts';
import { ask } from './api.ts';
import { blockOwnPicture } from './blocking.ts';
import { fetchJson, mayReach } from './net.ts';
import { returnAddress, signOut } from './sign-in.ts';
import { held, keep, kept, settings } from './store.ts';
import { tellGmail } from './telling.ts';
import { status } from './usability.ts';

export async function overview(): Promise<Overview> {
  const set = await settings();
  const [account, found] = await Promise.allSettled([whoAmI(), status(true)]);
  const who = account.status === 'fulfilled' ? account.value : null;
  const now = found.status === 'fulfilled' ? found.value : null;
  const failed = [account, found].find((one) => one.status === 'rejected');
  const trouble = failed ? troubleOf(failed.reason) : (now?.trouble ?? null);
  return { settings: set, reachable: trouble === null || isReachable(trouble), account: who, status: now, trouble };
}

const isReachable = (trouble: Trouble): boolean => !['unreachable', 'not_permitted'].includes(trouble.code);

async function whoAmI(): Promise<Account> {
  const me = fields(await ask('/v1/me'));
  const [user, organization] = [fields(me['user']), fields(me['organization'])];
  return { name: text(user['name']), email: text(user['email']), organization: text(organization['name']) };
}

/** Another server is another account: the old sign-in ends first, and its token is never shown to the new one. */
export async function save(wanted: Settings): Promise<Settings> {
  const server = tidyServer(wanted.server);
  if (server === null)
    throw failure('bad_server', 'Type the address of your server, such as https://mail.example.com.');
  if (!(await mayReach(server))) throw failure('not_permitted', 'Allow the access that the browser asks for.');
  const issuer = await issuerOf(server);
  if (issuer !== server) throw failure('bad_server', `This server calls itself ${issuer}. Use that address.`);
  if ((await settings()).server !== server) await signOut();
  const device = wanted.device.trim().slice(0, 80);
  const next = { server, device: device || (await settings()).device };
  await keep('settings', next);
  await blockOwnPicture();
  await tellGmail();
  return next;
}

/** RFC 8414. Throws where nothing of ours answers. */
async function issuerOf(server: string): Promise<string> {
  const answer = await fetchJson(server, '/.well-known/oauth-authorization-server', { method: 'GET' });
  const issuer = text(fields(answer.body)['issuer']).replace(/\/$/, '');
  if (answer.status !== 200 || !issuer) throw failure('bad_server', 'No Mailwarden server answers at this address.');
  return issuer;
}

/** For a report to support. No token, no address of a person, no mail. */
export async function diagnose(): Promise<Diagnosis> {
  const { server } = await settings();
  const [access, grant, found, seen] = [
    await held('access'),
    await kept('grant'),
    await held('status'),
    await seenBy(server),
  ];
  return [
    { title: 'Version', value: chrome.runtime.getManifest().version },
    { title: 'Extension id', value: chrome.runtime.id },
    { title: 'Return address', value: returnAddress() },
    { title: 'Browser', value: navigator.userAgent },
    { title: 'Server', value: server },
    { title: 'Browser allows the server', value: (await mayReach(server)) ? 'Yes' : 'No' },
    { title: 'Server answers', value: seen },
    { title: 'Signed in', value: grant ? 'Yes' : 'No' },
    { title: 'Access until', value: access ? new Date(access.until).toISOString() : 'None held' },
    { title: 'Status asked', value: found ? new Date(found.at).toISOString() : 'Not yet' },
    { title: 'Last problem', value: (await held('last_trouble')) ?? 'None' },
  ];
}

async function seenBy(server: string): Promise<string> {
  try {
    return `Yes, as ${await issuerOf(server)}`;
  } catch (error) {
    return error instanceof Failure ? `No: ${error.trouble.detail}` : 'No';
  }
}
