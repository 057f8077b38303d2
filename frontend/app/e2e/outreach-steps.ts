/** What a person does with outreach campaigns, by the words on the screen. */
import type { Page } from 'playwright-core';
import { attach, button, dialogGone } from './sending-steps.ts';
import { BASE } from './stack.ts';

export const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

export const openPart = (page: Page, campaign: string, tab: string) => page.goto(`${campaign}?tab=${tab}`);

/** A draft by that name; gives its address. */
export async function newCampaign(page: Page, name: string): Promise<string> {
  await page.goto(`${BASE}/outreach`);
  await button(page, 'New campaign…').click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await button(page, 'Create draft').click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  return page.url().replace(/\?.*/, '');
}

/** On the page of the steps: one more, the first with its subject. */
export async function addStep(page: Page, number: number, text: string, subject?: string): Promise<void> {
  await button(page, 'Add step').click();
  const step = part(page, `Step ${number}`);
  if (subject) await step.getByRole('textbox', { name: 'Subject' }).fill(subject);
  await step.getByRole('textbox', { name: 'Mail', exact: true }).fill(text);
}

export async function saveSteps(page: Page): Promise<void> {
  await button(page, 'Save steps').click();
  await part(page, 'Preview').waitFor();
}

export async function lookAtFile(page: Page, text: string): Promise<void> {
  await button(page, 'Import a file…').click();
  await attach(page, 'CSV file', { name: 'people.csv', mimeType: 'text/csv', text });
  await button(page, 'Look at the file').click();
}

export async function closeDialog(page: Page): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await dialogGone(page);
}

export async function addByHand(page: Page, address: string): Promise<void> {
  await button(page, 'Add recipients…').click();
  await page.getByRole('textbox', { name: 'Addresses' }).fill(address);
  await button(page, 'Add 1 recipient').click();
  await page.getByText('1 recipient added.').waitFor();
  await closeDialog(page);
}

export async function addMailbox(page: Page, address: RegExp): Promise<void> {
  await button(page, 'Add mailbox').click();
  await page.getByRole('menuitem', { name: address }).click();
  await page.getByRole('link', { name: address }).waitFor();
}

/** Mails leave at any hour. */
export async function allHours(page: Page): Promise<void> {
  for (const day of ['Sat', 'Sun']) await page.getByRole('checkbox', { name: day }).check();
  await page.getByLabel('From', { exact: true }).fill('00:00');
  await page.getByLabel('Until', { exact: true }).fill('00:00');
}

export async function start(page: Page): Promise<void> {
  await button(page, 'Start…').click();
  await button(page, 'Start sending').click();
  await dialogGone(page);
  await button(page, 'Pause').waitFor();
}
