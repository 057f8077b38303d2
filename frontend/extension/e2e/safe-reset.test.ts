/** The safe reset, in the order in which it is written down (D17): each step does what it should, and none of them hurts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { BASE, newAccount, PASSWORD } from '../../app/e2e/stack.ts';
import { connect, consent, signUpInBrowser } from '../../app/e2e/steps.ts';
import { type Browser, chooseServer, launch, reload, signIn, signOut } from './browser.ts';
import * as desk from './desk.ts';
import { type Gmail, serveGmail } from './gmail.ts';
import { Compose } from './steps.ts';

let gmail: Gmail;
let browser: Browser;
let app: Page;
let mail: Compose;
let account: string;
let email: string;
let written: Awaited<ReturnType<Compose['draft']>>;

before(async () => {
  gmail = await serveGmail();
  browser = await launch(gmail.port);
  app = browser.context.pages()[0] ?? (await browser.context.newPage());
  await chooseServer(browser.context);
});
after(async () => {
  await browser.close();
  await gmail.close();
});

const slot = () => app.getByRole('region', { name: 'Mailbox slot 1' });

/** Page, API and compose window are asked at one time. */
async function agree(works: boolean): Promise<void> {
  await mail.lookAgain();
  await mail.says(works ? '' : 'No active integrations', 90_000);
  assert.equal((await desk.usability(app)).usable, works);
  assert.deepEqual(await mail.draft(), written);
}

test('before: a mailbox, the extension, and a draft that is being written', async () => {
  account = await newAccount('google', 'Reset Mail');
  email = await signUpInBrowser(app);
  await connect(app, 'google', account);
  await signIn(browser.context);
  mail = await Compose.open(browser.context, await desk.addressOf(app));
  await mail.write('bob@example.net', 'After the reset', 'Written before all of it.');
  written = await mail.draft();
  await agree(true);
});

test('1. disconnect', async () => {
  await app.goto(`${BASE}/settings?tab=email`);
  await slot()
    .getByRole('button', { name: /^Disconnect/ })
    .click();
  await app.getByRole('region', { name: 'Stays' }).waitFor();
  await app.getByRole('dialog').getByRole('button', { name: 'Disconnect', exact: true }).click();
  await app.getByRole('dialog').waitFor({ state: 'detached' });
  await agree(false);
});

test('2. reconnect; once more changes nothing', async () => {
  await app.goto(`${BASE}/integrations`);
  await app
    .getByRole('button', { name: /^Connect .* again/ })
    .first()
    .click();
  await app.getByRole('button', { name: 'Reconnect at Google' }).click();
  await consent(app, account);
  const shown = app.getByRole('region', { name: /^Account / }).getByText('Connected', { exact: true });
  await shown.first().waitFor();
  await agree(true);
  await desk.reconnect(app, account);
  await agree(true);
});

test('3. log out and in, of the app and of the extension; the device of before is gone', async () => {
  await app.goto(`${BASE}/integrations`);
  await app.getByRole('button', { name: /account menu$/ }).click();
  await app.getByRole('menuitem', { name: 'Sign out' }).click();
  await app.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await app.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await app.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await app.getByRole('button', { name: 'Sign in', exact: true }).click();
  await app.getByRole('navigation', { name: 'Main' }).waitFor();
  await signOut(browser.context);
  await mail.says('You are signed out of Mailwarden');
  await signIn(browser.context);
  await agree(true);
  assert.equal(await desk.devices(app), 1);
});

test('4. reload the extension, and the tab as it asks', async () => {
  for (let times = 0; times < 2; times += 1) {
    await reload(browser.context);
    await mail.says('Mailwarden was reloaded or updated');
    await mail.openPanel();
    await mail.button('Reload this tab').click();
    await agree(true);
  }
});

test('5. retry send and track', async () => {
  await mail.button('Send with Mailwarden').click();
  await mail.window.waitFor({ state: 'detached' });
  await desk.until(async () => (await desk.sentBy(account)).join() === 'After the reset');
  await mail.write('bob@example.net', 'Tracked after the reset', 'By Gmail.');
  await mail.openPanel();
  await mail.button('Track, Gmail sends').click();
  await mail.window.waitFor({ state: 'detached' });
  await desk.until(async () => (await desk.stateOf(app, 'Tracked after the reset')) === 'sent');
  assert.deepEqual(
    gmail.sent.map((one) => one.subject),
    ['Tracked after the reset'],
  );
});

test('6. page, API and extension agree', async () => {
  await mail.write('bob@example.net', 'Next', 'One more.');
  written = await mail.draft();
  await agree(true);
  await app.goto(`${BASE}/settings?tab=email`);
  await slot().getByText('Successful', { exact: true }).first().waitFor();
});
