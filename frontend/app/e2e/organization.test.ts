import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { look } from './mailbox-steps.ts';
import { linkTo } from './mails.ts';
import { BASE, newAddress, PASSWORD } from './stack.ts';
import { signUpInBrowser } from './steps.ts';
import { walk } from './walk.ts';

const INVITED = newAddress();

let page: Page;
let faults: string[];

walk((started) => {
  ({ page, faults } = started);
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
/** Nothing for axe to find, at both widths and in both schemes, and nothing wider than the window. */
const clean = async (name: string) => assert.deepEqual(await look(page, name), []);
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });

test('a key is made, and its secret shown once', async () => {
  await signUpInBrowser(page);
  await page.goto(`${BASE}/developers`);
  await button('Create key…').click();
  await page.getByRole('checkbox').first().waitFor();
  await clean('key-form');
  await page.getByLabel('Name').fill('Nightly export');
  await button('Create key').click();
  await page
    .getByText(/^mw_live_/)
    .first()
    .waitFor();
  await clean('key-shown');
  await button('I have kept it').click();
  await button('Rotate… Nightly export').waitFor();
});

test('an endpoint is added and tested, and one sees what came of it', async () => {
  await page.goto(`${BASE}/developers?tab=webhooks`);
  await button('Add endpoint…').click();
  await page.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:9/hook');
  await button('Add endpoint').click();
  await button('I have kept it').click();
  await page.getByRole('link', { name: /127\.0\.0\.1/ }).click();
  await button('Send a test').click();
  await page.getByText('Given up').first().waitFor();
  await clean('delivery');
  await page.keyboard.press('Escape');
  await button('More actions for the endpoint').click();
  await clean('endpoint-menu');
  await page.keyboard.press('Escape');
});

test('events, devices, the audit log and help stand where they belong', async () => {
  for (const path of ['/developers?tab=events', '/developers?tab=devices', '/audit-log', '/help', '/help/reconnect']) {
    await page.goto(BASE + path);
    await heading(/./).waitFor();
    await page.locator('main [aria-busy=true]').first().waitFor({ state: 'detached' });
    await clean(path.replaceAll(/\W+/g, '-'));
  }
});

test('somebody is invited, joins by the link of the mail, and is a member', async () => {
  await page.goto(`${BASE}/settings?tab=organization`);
  await page.getByLabel('E-mail', { exact: true }).fill(INVITED);
  await button('Send invitation').click();
  await button(`Revoke… ${INVITED}`).waitFor();
  await clean('members');
  const link = await linkTo('/invitation', INVITED);
  await page.goto(link);
  await button(`Sign out and go on as ${INVITED}`).click();
  await page.getByLabel('Your name').fill('Nia New');
  await clean('invitation');
  await page.getByLabel('Password').fill(PASSWORD);
  await button('Create account and join').click();
  await page.waitForURL(/\/integrations/);
  await page.goto(`${BASE}/settings?tab=organization`);
  await page.getByRole('list', { name: 'Whom to ask' }).waitFor();
  await clean('as-member');
  await page.goto(link);
  await heading('This invitation no longer works').waitFor();
});

test('support is reached without signing in', async () => {
  await page.goto(`${BASE}/contact`);
  await page.getByLabel('Your e-mail').fill(INVITED);
  await page.getByLabel('What is the matter?').fill('I cannot get in.');
  await clean('contact');
  await button('Send to support').click();
  await heading('We have your request').waitFor();
  assert.deepEqual(faults, []);
});
