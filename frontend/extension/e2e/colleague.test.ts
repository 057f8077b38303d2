/** A member whose Gmail address is a colleague's mailbox: nothing is broken, and the words say whom to ask. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { linkTo } from '../../app/e2e/mails.ts';
import { BASE, newAccount, newAddress, PASSWORD } from '../../app/e2e/stack.ts';
import { connect, signUpInBrowser } from '../../app/e2e/steps.ts';
import { type Browser, chooseServer, launch, signIn } from './browser.ts';
import * as desk from './desk.ts';
import { type Gmail, serveGmail } from './gmail.ts';
import { look } from './look.ts';
import { Compose } from './steps.ts';

let gmail: Gmail;
let browser: Browser;

before(async () => {
  gmail = await serveGmail();
  browser = await launch(gmail.port);
  await chooseServer(browser.context);
});
after(async () => {
  await browser.close();
  await gmail.close();
});

test('the role is what is said, not that something is broken', async () => {
  const app = browser.context.pages()[0] ?? (await browser.context.newPage());
  await signUpInBrowser(app);
  await connect(app, 'google', await newAccount('google', 'Colleague Mail'));
  const address = await desk.addressOf(app);
  const member = newAddress();
  await app.goto(`${BASE}/settings?tab=organization`);
  await app.getByLabel('E-mail', { exact: true }).fill(member);
  await app.getByRole('button', { name: 'Send invitation', exact: true }).click();
  await app.goto(await linkTo('/invitation', member));
  await app.getByRole('button', { name: `Sign out and go on as ${member}`, exact: true }).click();
  await app.getByLabel('Your name').fill('Nia New');
  await app.getByLabel('Password').fill(PASSWORD);
  await app.getByRole('button', { name: 'Create account and join', exact: true }).click();
  await app.waitForURL(/\/integrations/);
  await signIn(browser.context);
  const mail = await Compose.open(browser.context, address);
  await mail.write('bob@example.net', 'Not mine', 'From a colleague’s mailbox.');
  await mail.says('Your role does not allow this');
  await mail.openPanel();
  await mail.panel.getByText(/This is somebody else's mailbox/).waitFor();
  assert.equal(await mail.button('Send with Mailwarden').isDisabled(), true);
  assert.equal(await mail.button('Track, Gmail sends').isDisabled(), true);
  await look(mail.page, 'role');
  const opened = browser.context.waitForEvent('page');
  await mail.button('See whom to ask').click();
  await (await opened).getByRole('list', { name: 'Whom to ask' }).waitFor();
});
