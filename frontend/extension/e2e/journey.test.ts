import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { BASE, fault, newAccount, SANDBOX } from '../../app/e2e/stack.ts';
import { consent, signUpInBrowser } from '../../app/e2e/steps.ts';
import { type Browser, chooseServer, launch, open, reload, signIn, signOut, worker } from './browser.ts';
import * as desk from './desk.ts';
import { type Gmail, serveGmail } from './gmail.ts';
import { look, lookAtPages } from './look.ts';
import { Compose } from './steps.ts';
import { inContentScript, inPage } from './worlds.ts';

let gmail: Gmail;
let browser: Browser;
let app: Page;
let mail: Compose;
let account: string;

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
}

test('the options take the address of a Mailwarden server, and no other', async () => {
  const options = await open(browser.context, 'options.html');
  const address = options.getByLabel('Address of your Mailwarden server');
  for (const [typed, told] of [
    ['http://mail.example.com', /This is no address of a server/],
    [SANDBOX, /Not saved\. No Mailwarden server answers at this address/],
  ] as const) {
    await address.fill(typed);
    await options.getByRole('button', { name: 'Save' }).click();
    await options.getByText(told).waitFor();
  }
  await options.reload();
  await options.getByText(BASE, { exact: true }).waitFor(); // among the diagnostics: the address that was saved
  assert.equal(await address.inputValue(), BASE);
  await options.close();
});

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

test('where Gmail hears people only, its button is pressed by hand, and the server hears of that, too', async () => {
  const other = await Compose.open(browser.context, await desk.addressOf(app), true);
  await other.write('bob@example.net', 'By hand', 'Pressed by a person.');
  await other.openPanel();
  await other.button('Track, Gmail sends').click();
  await other.panel.getByText('Press Gmail’s own Send button now.').waitFor();
  assert.equal(await desk.stateOf(app, 'By hand'), 'unknown');
  await other.button('Close').click();
  await other.window.getByRole('button', { name: /^Send/ }).click();
  await other.window.waitFor({ state: 'detached' });
  await desk.until(async () => (await desk.stateOf(app, 'By hand')) === 'sent');
  assert.ok(gmail.sent.some((one) => one.subject === 'By hand' && one.html.includes('/t/o/')));
  await other.page.close();
});

test('a script in Gmail’s page presses our buttons in vain', async () => {
  await mail.write('bob@example.net', 'By a script', 'Nobody wanted this.');
  await mail.openPanel();
  await mail.panel.getByText(/^Ready to send from/).waitFor();
  await mail.page.evaluate(() => {
    for (const one of document.querySelectorAll('[data-mailwarden]')) {
      for (const button of one.shadowRoot?.querySelectorAll<HTMLElement>('.row button') ?? []) button.click();
    }
  });
  await mail.lookAgain();
  assert.equal(await desk.stateOf(app, 'By a script'), undefined);
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
  await desk.nextTurn();
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
  await desk.nextTurn();
  await mail.openPanel();
  await mail.button('Send with Mailwarden').click();
  await mail.window.waitFor({ state: 'detached' });
  await desk.until(async () => (await desk.sentBy(account)).filter((one) => one === 'In and out').length === 1);
});

test('what Gmail’s page and our script in it can reach holds no token, and nobody spoke to others', async () => {
  const held = await (await worker(browser.context)).evaluate(async () =>
    JSON.stringify([await chrome.storage.local.get(null), await chrome.storage.session.get(null)]),
  );
  assert.match(held, /mwr_.*mwa_/s); // so the tokens are there, and look like this
  const seen = await inPage(mail.page);
  assert.doesNotMatch(seen, /mw[arc]_/);
  assert.match(seen, /"refused","may not ask"\]$/);
  for (const found of Object.values(await inContentScript(mail.page))) {
    assert.match(found, /Access to storage is not allowed from this context/);
  }
  assert.deepEqual(browser.strayed, []); // the picture in a tracked draft was not loaded either
});

test('the trial ends between the last look and Send: asked once more, refused in its own words, the draft stays', async () => {
  await mail.write('bob@example.net', 'Too late', 'The trial is over.');
  await mail.openPanel();
  await mail.panel.getByText(/^Ready to send from/).waitFor();
  await desk.pass(15);
  // on a very slow machine it was asked again by now, and the button is off
  await mail
    .button('Send with Mailwarden')
    .click({ timeout: 3_000 })
    .catch(() => undefined);
  await mail.says('Your subscription has ended', 90_000);
  assert.equal(await mail.button('Send with Mailwarden').isDisabled(), true);
  await mail.button('Open billing').waitFor();
  assert.equal((await mail.draft()).text, 'The trial is over.');
  assert.ok(!(await desk.sentBy(account)).includes('Too late'));
  await look(mail.page, 'trial over');
  await lookAtPages(browser.context, 'trial over');
});
