/** What a person does who writes to others: mailboxes that may send at any hour, an email, a campaign. */
import type { Page } from 'playwright-core';
import { openMailboxes, slot } from './mailbox-steps.ts';
import { BASE } from './stack.ts';

export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first();

export async function dialogGone(page: Page): Promise<void> {
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** A new mailbox keeps office hours; these walks are walked at any hour. */
export async function openAllHours(page: Page, number: number): Promise<void> {
  await openMailboxes(page);
  await slot(page, number)
    .getByRole('button', { name: /^Manage/ })
    .click();
  await page.getByLabel('Sender name').waitFor();
  for (const day of ['Sat', 'Sun']) await page.getByRole('checkbox', { name: day }).check();
  await page.getByLabel('From', { exact: true }).fill('00:00');
  await page.getByLabel('Until', { exact: true }).fill('23:59');
  await page.getByLabel('Sending speed').fill('10');
}

export async function saveMailbox(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await dialogGone(page);
}

export async function pick(page: Page, field: string, option: RegExp): Promise<void> {
  await page.getByRole('combobox', { name: field, exact: true }).click();
  await page.getByRole('option', { name: option }).click();
}

export async function write(page: Page, subject: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'To', exact: true }).fill('reader@else.example');
  await page.getByRole('textbox', { name: 'Subject' }).fill(subject);
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
}

export async function attach(page: Page, trigger: string, file: { name: string; mimeType: string; text: string }) {
  const chooser = page.waitForEvent('filechooser');
  await button(page, trigger).click();
  await (await chooser).setFiles({ name: file.name, mimeType: file.mimeType, buffer: Buffer.from(file.text) });
}

/** The product asks the provider, and learns there what happened to the account. */
export async function learnOfTrouble(page: Page, number: number): Promise<void> {
  await openMailboxes(page);
  await slot(page, number)
    .getByRole('button', { name: /^Test connection/ })
    .click();
  // while it is being verified, nobody is asked to reconnect yet
  await slot(page, number).getByText('Inactive', { exact: true }).first().waitFor({ timeout: 120_000 });
}

export const openNewEmail = (page: Page) => page.goto(`${BASE}/messages/compose`);
