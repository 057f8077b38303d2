import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { fault, newAccount } from '../../app/e2e/stack.ts';
import { consent, signUpInBrowser } from '../../app/e2e/steps.ts';
import { type Browser, chooseServer, launch, reload, signIn, signOut } from './browser.ts';
import * as desk from './desk.ts';
import { type Gmail, serveGmail } from './gmail.ts';
import { look, lookAtPages } from './look.ts';
import { Compose } from './steps.ts';

let gmail: Gmail;
let browser: Browser;
let app: Page;
let mail: Compose;
let account: string;
/** Requests of Gmail's tab to anywhere but Gmail. */
const strayed: string[] = [];

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

async function openGmail(address: string): Promise<void> {
  mail = await Compose.open(browser.context, address);
  mail.page.on('requestfinished', (request) => {
    if (new URL(request.url()).host !== 'mail.google.com') strayed.push(request.url());
  });
}

test('signed out, the compose window says so', async () => {
  await openGmail('nobody@example.com');
  await mail.write('bob@example.net', 'Not yet', 'Somebody must sign in first.');
  await mail.says('You are signed out of Mailwarden');
  await lookAtPages(browser.context, 'signed out');
});

test('signed in without an integration: a warning, and no way to send or track', async () => {
  await signUpInBrowser(app);
  await signIn(browser.context);
  await mail.says('No active integrations');
  await mail.openPanel();
  await mail.panel
    .getByText((await desk.usability(app)).detail, { exact: true })
    .first()
    .waitFor();
  assert.equal(await mail.button('Send with Mailwarden').isDisabled(), true);
  assert.equal(await mail.button('Track, Gmail sends').isDisabled(), true);
  await look(mail.page, 'no active integration');
});

test('the way to the setup leads back to the draft', async () => {
  account = await newAccount('google', 'Compose Mail');
  const opened = browser.context.waitForEvent('page');
  await mail.button('Set up an integration').click();
  const setup = await opened;
  await setup.getByRole('button', { name: 'Connect Google' }).click();
  await setup.getByRole('button', { name: 'Continue to Google' }).click();
  await consent(setup, account);
  await setup.getByRole('status', { name: 'Connected' }).waitFor();
  await mail.says('This address is not connected');
  assert.equal((await mail.draft()).subject, 'Not yet');
  await setup.close();
  await mail.page.close();
  await openGmail(await desk.addressOf(app));
  await mail.says('');
});

test('a mail is sent by the server, once, and only then the draft is gone', async () => {
  await mail.window.getByLabel('Subject').fill('By the server');
  await mail.openPanel();
  await mail.panel.getByText(/^Ready to send from/).waitFor();
  await look(mail.page, 'ready');
  await mail.button('Send with Mailwarden').click();
  await mail.window.waitFor({ state: 'detached' });
  const toast = mail.page.getByRole('region', { name: 'Mailwarden' });
  await toast.getByText('Sent.', { exact: true }).waitFor({ timeout: 90_000 });
  assert.deepEqual(await desk.sentBy(account), ['By the server']);
  assert.deepEqual(gmail.sent, []);
});

test('a mail is tracked, and Gmail sends it', async () => {
  await mail.write('bob@example.net', 'By Gmail', '');
  await mail.body.evaluate((body) => {
    const link = document.createElement('a');
    link.href = 'https://example.org/offer';
    link.textContent = 'our offer';
    body.append('See ', link);
    body.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  await mail.openPanel();
  await mail.button('Track, Gmail sends').click();
  await mail.window.waitFor({ state: 'detached' });
  const [sent] = gmail.sent;
  assert.equal(sent?.subject, 'By Gmail');
  assert.match(sent?.html ?? '', /href="http:\/\/127\.0\.0\.1:\d+\/t\/c\//);
  await desk.until(async () => (await desk.stateOf(app, 'By Gmail')) === 'sent');
  assert.match(sent?.html ?? '', /src="http:\/\/127\.0\.0\.1:\d+\/t\/o\//);
});

test('revoked just before Send: it is never said to be sent, and says why it was not', {
  timeout: 300_000,
}, async () => {
  await mail.write('bob@example.net', 'A moment too late', 'Revoked just before.');
  await mail.says('');
  await fault('google', account, 'revoke');
  await mail.openPanel();
  await mail.button('Send with Mailwarden').click();
  await desk.until(async () => (await desk.stateOf(app, 'A moment too late')) === 'failed', 200_000);
  const told = mail.panel.or(mail.page.getByRole('region', { name: 'Mailwarden' }));
  await told
    .getByText(/Reconnect it first|Not sent/)
    .first()
    .waitFor();
  assert.ok(!(await desk.sentBy(account)).includes('A moment too late'));
});

test('broken while somebody writes: refused in the server’s words, repaired, and sent from the same draft', {
  timeout: 300_000,
}, async () => {
  await mail.write('bob@example.net', 'Through trouble', 'This text must stay.');
  await mail.says('No active integrations');
  const before = await mail.draft();
  await mail.openPanel();
  const [mailbox] = (await desk.usability(app)).mailboxes;
  await mail.panel
    .getByText(mailbox?.detail ?? 'nothing', { exact: true })
    .first()
    .waitFor();
  assert.equal(await mail.button('Send with Mailwarden').isDisabled(), true);
  assert.equal(await mail.button('Track, Gmail sends').isDisabled(), true);
  await look(mail.page, 'inactive');
  await desk.reconnect(app, account);
  await mail.panel.getByText(/^Ready to send from/).waitFor({ timeout: 60_000 });
  assert.deepEqual(await mail.draft(), before);
  await mail.button('Send with Mailwarden').click();
  await mail.window.waitFor({ state: 'detached' });
  await desk.until(async () => (await desk.sentBy(account)).includes('Through trouble'));
});

test('signing out and in is seen in the compose window by itself', async () => {
  await mail.write('bob@example.net', 'In and out', 'Still here.');
  await mail.says('');
  await signOut(browser.context);
  await mail.says('You are signed out of Mailwarden');
  await signIn(browser.context);
  await mail.says('');
});

test('the extension is reloaded: the old tab asks for a reload in plain words, the draft is there again and is sent once', async () => {
  const before = await mail.draft();
  await reload(browser.context);
  await mail.says('Mailwarden was reloaded or updated', 30_000);
  await mail.openPanel();
  await mail.panel
    .getByText(/Reload this tab to go on/)
    .first()
    .waitFor();
  await look(mail.page, 'reloaded');
  await mail.button('Reload this tab').click();
  await mail.says('');
  assert.deepEqual(await mail.draft(), before);
  await mail.openPanel();
  await mail.button('Send with Mailwarden').click();
  await mail.window.waitFor({ state: 'detached' });
  await desk.until(async () => (await desk.sentBy(account)).filter((one) => one === 'In and out').length === 1);
});

test('the trial ends while somebody writes: told apart from anything broken', async () => {
  await mail.write('bob@example.net', 'Too late', 'The trial is over.');
  await mail.says('');
  await desk.pass(15);
  await mail.says('Your subscription has ended', 90_000);
  await mail.openPanel();
  assert.equal(await mail.button('Send with Mailwarden').isDisabled(), true);
  await mail.button('Open billing').waitFor();
  assert.equal((await mail.draft()).text, 'The trial is over.');
  await look(mail.page, 'trial over');
  await lookAtPages(browser.context, 'trial over');
});

test('Gmail’s tab never spoke to anybody but Gmail, and holds no token', async () => {
  assert.deepEqual(strayed, []); // the picture in a tracked draft was not loaded either
  const kept = await mail.page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  assert.doesNotMatch(kept, /mw[arc]_/);
});
