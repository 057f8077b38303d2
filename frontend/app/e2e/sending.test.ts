import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { looking } from './mailbox-steps.ts';
import * as steps from './sending-steps.ts';
import { BASE, confirmAddress, fault, newAccount } from './stack.ts';
import { connect, signUpInBrowser } from './steps.ts';
import { walk } from './walk.ts';

let page: Page;
let faults: string[];
let microsoft: string;

walk((started) => {
  ({ page, faults } = started);
}, 30_000);

const { found, seen } = looking(() => page);
const TEXT = 'Thank you for your visit. What we spoke of is in the file.';

test('an email with a file is written, sent, and told about', { timeout: 240_000 }, async () => {
  const google = await newAccount('google', 'Sending Mail');
  microsoft = await newAccount('microsoft', 'Sending Office');
  await confirmAddress(await signUpInBrowser(page));
  await page.goto(`${BASE}/messages`);
  await page.getByText('No active integrations').waitFor();
  await page.getByText('No emails yet').waitFor();
  await seen('my emails, nothing connected');
  await connect(page, 'google', google);
  await connect(page, 'microsoft', microsoft);

  await steps.openAllHours(page, 2);
  await steps.saveMailbox(page);
  await steps.openAllHours(page, 1);
  await page.getByRole('switch', { name: 'Warm up' }).check();
  await page.getByRole('textbox', { name: 'Signature' }).fill('<p>Kind regards<br>The team</p>');
  await steps.button(page, 'How it looks below an email').click();
  await seen('inbox settings, with warm-up');
  await steps.saveMailbox(page);
  await seen('the mailboxes of Settings');

  await steps.openNewEmail(page);
  await steps.pick(page, 'From', /sending-mail/);
  await steps.write(page, 'What we spoke of', TEXT);
  await steps.attach(page, 'Attach files', { name: 'notes.txt', mimeType: 'text/plain', text: 'One, two, three.\n' });
  await page.getByText('notes.txt (17 bytes)').waitFor();
  await page.getByText('Draft saved', { exact: true }).waitFor();
  await seen('writing an email');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const status = page.getByRole('region', { name: 'Status' });
  await status.getByText('Sent', { exact: true }).waitFor({ timeout: 90_000 });
  await page.getByText('notes.txt (17 bytes)').waitFor();
  await page.frameLocator('iframe[title="The email as written"]').getByText(TEXT).waitFor();
  await seen('an email that was sent');
});

test('where the gate refuses, every word stays, with the cause and the way to repair it', {
  timeout: 240_000,
}, async () => {
  await steps.openNewEmail(page);
  await steps.pick(page, 'From', /sending-office/);
  await steps.write(page, 'A second thought', TEXT);
  await page.getByText('Draft saved', { exact: true }).waitFor();
  const draft = page.url();
  await fault('microsoft', microsoft, 'revoke');
  await steps.learnOfTrouble(page, 2);
  await page.goto(draft);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const refusal = page.getByRole('alert').filter({ hasText: 'Not sent. It is kept.' });
  await refusal.getByText(/Microsoft/).waitFor();
  await refusal.getByRole('link', { name: 'Reconnect' }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Message' }).innerText(), TEXT);
  assert.equal(await page.getByRole('textbox', { name: 'Subject' }).inputValue(), 'A second thought');
  await seen('an email that was refused');

  await page.goto(`${BASE}/messages`);
  await page.getByRole('link', { name: 'A second thought' }).waitFor();
  await seen('my emails');
  await page.goto(`${BASE}/messages?q=no-such-email`);
  await page.getByText('No email matches').waitFor();
});

test('the suppression list', { timeout: 120_000 }, async () => {
  await page.goto(`${BASE}/messages/suppressions`);
  await page.getByText('Nobody is suppressed').waitFor();
  await steps.button(page, /^Add/).click();
  await page.getByRole('textbox', { name: 'Address' }).fill('nomore@else.example');
  await seen('adding to the suppression list');
  await page.getByRole('dialog').getByRole('button', { name: 'Add address' }).click();
  await page.getByRole('cell', { name: /^nomore@else.example/ }).waitFor();
  await seen('the suppression list');
  assert.deepEqual(found, []);
  assert.deepEqual(faults, []);
});
