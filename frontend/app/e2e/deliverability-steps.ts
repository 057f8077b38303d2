/** What a person does on the pages of deliverability, by the words on the screen. */
import type { Page } from 'playwright-core';
import { addressOf, BASE, publish } from './stack.ts';

export const SELECTOR = 'news1';

/** The owner of a domain mistypes its SPF record. */
export async function mistype(domain: string): Promise<string> {
  const broken = `v=spf1 ip4:${await addressOf(domain)} inclde:_spf.mail.test -all`;
  await publish(domain, 'TXT', broken);
  return broken;
}

/** By the form; ends on the domain's own page, once its records were looked at. */
export async function addDomain(page: Page, domain: string): Promise<void> {
  await page.goto(`${BASE}/deliverability/domains`);
  const form = page.getByRole('form', { name: 'Add a domain' });
  await form.getByLabel('Domain', { exact: true }).fill(domain);
  await form.getByLabel('DKIM selectors').fill(SELECTOR);
  await form.getByLabel('Sending IP addresses of your own').fill(await addressOf(domain));
  await form.getByRole('button', { name: 'Add the domain' }).click();
  await record(page, 'SPF').waitFor({ timeout: 60_000 });
}

export const record = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });

export const verdict = (page: Page, title: string, word: string) =>
  record(page, title).getByText(word, { exact: true });

export const toPublish = (page: Page, title: string) =>
  record(page, title).getByRole('region', { name: /^To publish at / });

export async function verify(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('The DNS was asked anew').last().waitFor({ timeout: 60_000 });
}

/** The score of the account with everything behind it, by a click on the gauge. */
export async function explain(page: Page): Promise<void> {
  await page.goto(`${BASE}/deliverability`);
  await page.getByRole('button', { name: /What it is made of$/ }).click();
  await page.getByRole('region', { name: 'What it is made of', exact: true }).waitFor();
}
