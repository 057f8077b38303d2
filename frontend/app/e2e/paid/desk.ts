/** Time, and what support and the card's bank do; the instance's starter listens for it (`scripts/browser_desk.py`). */
import type { Page } from 'playwright-core';
import { BASE, PASSWORD, SANDBOX } from '../stack.ts';

const DESK = process.env['E2E_DESK_URL'] ?? '';
const DAY_S = 86_400;

let gone = 0;

async function ask(method: string, url: string, body?: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
  return response;
}

/** For the product, for Stripe, and for the browser's own clock. */
export async function pass(page: Page, days: number): Promise<void> {
  gone += days * DAY_S;
  await ask('POST', `${DESK}/advance?seconds=${days * DAY_S}`);
  await page.clock.setSystemTime(Date.now() + gone * 1000);
}

/** Support answers a request, with its own command. */
export async function refund(page: Page): Promise<void> {
  const me = (await (await page.request.get(`${BASE}/v1/me`)).json()) as { organization: { id: string } };
  await ask('POST', `${DESK}/refund?organization=${me.organization.id}`);
}

export async function declineCard(declined: boolean): Promise<void> {
  const { customers } = (await (await ask('GET', `${SANDBOX}/_sandbox/stripe`)).json()) as {
    customers: { id: string }[];
  };
  for (const { id } of customers) await ask('PUT', `${SANDBOX}/_sandbox/stripe/customers/${id}/card`, { declined });
}

/** Sessions end while days pass: then one signs in again, and comes where one was going. */
export async function open(page: Page, path: string, email: string): Promise<void> {
  await page.goto(BASE + path);
  const signIn = page.getByRole('button', { name: 'Sign in', exact: true });
  await signIn
    .or(page.getByRole('navigation', { name: 'Main' }))
    .first()
    .waitFor();
  if (!(await signIn.isVisible())) return;
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await signIn.click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}
