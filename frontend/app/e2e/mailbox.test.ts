import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { findServers, look, mailboxState, openMailboxes, slot } from './mailbox-steps.ts';
import { BASE, fault, newAccount } from './stack.ts';
import { connect, consent, signUpInBrowser } from './steps.ts';
import { walk } from './walk.ts';

let page: Page;
let faults: string[];

walk((started) => {
  ({ page, faults } = started);
}, 30_000);

async function change(name: string): Promise<void> {
  await slot(page)
    .getByRole('button', { name: /^Manage/ })
    .click();
  await page.getByLabel('Sender name').fill(name);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function renew(account: string): Promise<void> {
  await slot(page)
    .getByRole('button', { name: /^Reconnect/ })
    .click();
  await page.getByRole('button', { name: 'Reconnect at Google' }).click();
  await consent(page, account);
  await page
    .getByRole('region', { name: /^Account / })
    .getByText('Connected', { exact: true })
    .first()
    .waitFor();
}

test('a Google mailbox: connected, revoked, told why, reconnected with its settings', {
  timeout: 300_000,
}, async () => {
  const account = await newAccount('google', 'Journey Mail');
  await signUpInBrowser(page);
  await connect(page, 'google', account);
  await openMailboxes(page);
  await mailboxState(page, 'Successful').waitFor();
  await change('Journey Sender');

  await fault('google', account, 'revoke');
  await slot(page)
    .getByRole('button', { name: /^Test connection/ })
    .click();
  await page.getByRole('alert', { name: 'Test result' }).waitFor();
  await mailboxState(page, 'Failed').waitFor({ timeout: 120_000 });
  await slot(page)
    .getByText(/Google no longer accepts/)
    .first()
    .waitFor();
  assert.deepEqual(await look(page, 'a failed mailbox'), []);

  await renew(account);
  await openMailboxes(page);
  await mailboxState(page, 'Successful').waitFor();
  await slot(page)
    .getByRole('button', { name: /^Manage/ })
    .click();
  const sender = page.getByLabel('Sender name');
  await sender.waitFor();
  assert.equal(await sender.inputValue(), 'Journey Sender');
  assert.deepEqual(await look(page, 'the settings of a mailbox'), []);
  assert.deepEqual(faults, []);
});

test('the dialogs of mailboxes, in both schemes and on a phone', { timeout: 300_000 }, async () => {
  await openMailboxes(page);
  await slot(page)
    .getByRole('button', { name: /^Disconnect/ })
    .click();
  await page.getByRole('region', { name: 'Stays' }).waitFor();
  const found = await look(page, 'disconnecting a mailbox');
  await page.getByRole('button', { name: 'Reconnect instead…' }).click();
  await page.getByRole('button', { name: 'Reconnect at Google' }).waitFor();
  found.push(...(await look(page, 'reconnecting a mailbox')));
  await page.goto(`${BASE}/integrations`);
  await page.getByRole('button', { name: 'Connect Microsoft' }).click();
  await page.getByRole('button', { name: 'Continue to Microsoft' }).waitFor();
  found.push(...(await look(page, 'connecting at Microsoft')));
  await findServers(page, 'somebody@gmail.com');
  found.push(...(await look(page, 'the form for a password')));
  await page.getByLabel('Password', { exact: true }).fill('not the right one');
  await page.getByRole('textbox', { name: 'Server' }).first().fill('169.254.169.254');
  await page.getByRole('textbox', { name: 'Server' }).last().fill('169.254.169.254');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const result = page.getByRole('alert', { name: 'Test result' });
  await result.getByText('This host or port is not allowed.').first().waitFor();
  await result.getByText('Sign in: not reached').first().waitFor();
  assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), 'not the right one');
  found.push(...(await look(page, 'a failed test')));
  assert.deepEqual(found, []);
  assert.deepEqual(faults, []);
});
