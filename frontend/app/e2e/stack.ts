import { linkTo } from './mails.ts';

/** Where the running product is. Whoever starts it (see `tests/e2e`) says so in the environment. */
export const BASE = (process.env['E2E_BASE_URL'] ?? 'http://127.0.0.1:8000').replace(/\/$/, '');
export const SANDBOX = (process.env['E2E_SANDBOX_URL'] ?? 'http://127.0.0.1:9400').replace(/\/$/, '');

export const PASSWORD = 'correct horse battery staple';

let people = 0;
export function newAddress(): string {
  people += 1;
  return `e2e-${Date.now()}-${people}@example.com`;
}

/** A fresh person with an organization of their own, signed in: the session cookie as `name=value`. */
export async function signUp(email = newAddress()): Promise<{ email: string; cookie: string }> {
  const response = await fetch(`${BASE}/v1/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(BASE).origin },
    body: JSON.stringify({
      email,
      password: PASSWORD,
      name: 'Browser Test',
      organization_name: 'Browser Test Ltd',
      time_zone: 'Europe/Madrid',
    }),
  });
  if (!response.ok) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error('sign-up set no cookie');
  return { email, cookie };
}

/** Opens the link that was mailed to somebody who signed up. */
export async function confirmAddress(email: string): Promise<void> {
  const token = new URL(await linkTo('/confirm-email', email)).hash.slice(1);
  const response = await fetch(`${BASE}/v1/auth/confirm-email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(BASE).origin },
    body: JSON.stringify({ token }),
  });
  if (!response.ok) throw new Error(`confirm-email answered ${response.status}: ${await response.text()}`);
}

async function sandbox(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${SANDBOX}/_sandbox${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`sandbox ${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

export const fault = (provider: string, account: string, kind: string) =>
  sandbox('POST', `/accounts/${provider}/${account}/faults`, { kind });

/** A new account at a provider, so that no test meets another's faults. Its external id. */
export async function newAccount(provider: string, name: string, campaigns = 30): Promise<string> {
  const made = (await sandbox('POST', '/accounts', { provider, name, campaigns })) as { external_id: string };
  return made.external_id;
}

export const sendCampaigns = (provider: string, account: string, count: number) =>
  sandbox('POST', `/accounts/${provider}/${account}/campaigns`, { count });

/** What the owner of a domain publishes: all records of a name and type, in place of those before; none takes them away. */
export const publish = (name: string, type: 'A' | 'TXT', ...values: string[]) =>
  sandbox('PUT', '/dns/records', { name, type, values });

/** Strikes a name and all beneath it; without a kind it ends. */
export const dnsTrouble = (name: string, kind?: 'silence' | 'servfail' | 'refused') =>
  sandbox('PUT', '/dns/trouble', { name, kind });

/** Where a domain's own mail leaves from. */
export async function addressOf(domain: string): Promise<string> {
  const { records } = (await sandbox('GET', '/dns')) as { records: Record<string, { A?: string[] }> };
  const address = records[domain]?.A?.[0];
  if (!address) throw new Error(`the sandbox has no address of ${domain}`);
  return address;
}
