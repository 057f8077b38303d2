/** What a person does in the browser, by the words on the screen. */
import type { Page } from 'playwright-core';
import { BASE, newAddress, PASSWORD } from './stack.ts';

export const TITLES: Record<string, string> = {
  hubspot: 'HubSpot',
  klaviyo: 'Klaviyo',
  keap: 'Keap',
  google: 'Google',
  microsoft: 'Microsoft',
};

export async function signUpInBrowser(page: Page): Promise<string> {
  const email = newAddress();
  await page.goto(`${BASE}/sign-up`);
  await page.getByLabel('Your name').fill('Browser Test');
  await page.getByLabel('Organization').fill('Browser Test Ltd');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  return email;
}

/** The provider's consent page: pick the account, leave the permissions as asked, allow. */
export async function consent(page: Page, account: string): Promise<void> {
  await page.getByRole('heading', { name: /^Connect to/ }).waitFor();
  await page.getByRole('radio', { name: new RegExp(account) }).check();
  await page.getByRole('button', { name: 'Allow' }).click();
}

export async function connect(page: Page, provider: string, account: string): Promise<void> {
  const title = TITLES[provider] ?? provider;
  await page.goto(`${BASE}/integrations`);
  await page.getByRole('button', { name: `Connect ${title}` }).click();
  await page.getByRole('button', { name: `Continue to ${title}` }).click();
  await consent(page, account);
  await page.getByRole('status', { name: 'Connected' }).waitFor();
}

/** The log's newest row, once it has ended well. */
export async function firstSyncDone(page: Page, provider: string): Promise<void> {
  await page.goto(`${BASE}/integrations/${provider}?tab=syncs`);
  await page.getByRole('row', { name: /Success AutoSync First sync/ }).waitFor({ timeout: 90_000 });
}

export const statusOnCard = (page: Page, provider: string, word: string) =>
  page
    .getByRole('region', { name: TITLES[provider] ?? provider, exact: true })
    .getByText(word, { exact: true })
    .first();
