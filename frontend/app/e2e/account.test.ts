import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { look } from './mailbox-steps.ts';
import { linkTo } from './mails.ts';
import { BASE, PASSWORD } from './stack.ts';
import { signUpInBrowser } from './steps.ts';
import { totp } from './totp.ts';
import { walk } from './walk.ts';

const SECOND = 'another long password here';
const THIRD = 'yet another one of them';

let page: Page;
let faults: string[];

walk((started) => {
  ({ page, faults } = started);
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const heading = (name: string) => page.getByRole('heading', { level: 1, name });
const field = (label: string) => page.getByLabel(label, { exact: true });

async function signOut(): Promise<void> {
  await page.getByRole('button', { name: /account menu/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading('Sign in').waitFor();
}

async function typeCredentials(email: string, password: string): Promise<void> {
  await field('E-mail').fill(email);
  await field('Password').fill(password);
  await button('Sign in').click();
  await heading('Enter your code').waitFor();
}

async function typeCode(code: string): Promise<void> {
  await field('Code').fill(code);
  await button('Sign in').click();
  await heading('Integrations').waitFor();
}

async function changePassword(): Promise<void> {
  await button('Change password…').click();
  await field('Your password').fill(PASSWORD);
  await field('New password').fill(SECOND);
}

test('sign up, confirm, change the password, a second factor, and back in by it', { timeout: 300_000 }, async (t) => {
  const seen: string[] = [];
  const examine = async (name: string) => seen.push(...(await look(page, name)));
  const step = async (name: string, act: () => Promise<void>) => {
    t.diagnostic(name);
    await act();
  };
  let email = '';
  let key = '';
  let recovery = '';

  await step('until the address is confirmed, a banner says what to do', async () => {
    email = await signUpInBrowser(page);
    const banner = page.getByRole('region', { name: 'Confirm your e-mail address' });
    await banner.getByRole('button', { name: /^Send again in/ }).waitFor();
    assert.match(await banner.innerText(), /from .*@.*spam folder/s);
    await examine('banner');
    await banner.getByRole('button', { name: 'Use another address…' }).click();
    await field('E-mail').waitFor();
    await examine('another address');
    await page.keyboard.press('Escape');
  });

  await step('the link of the mail confirms it, after a click', async () => {
    await page.goto(await linkTo('/confirm-email', email));
    await heading('Confirm your e-mail address').waitFor();
    assert.equal(new URL(page.url()).hash, '', 'the secret stays in no history');
    await examine('confirm');
    await button('Confirm this address').click();
    await heading('Your address is confirmed').waitFor();
    await examine('confirmed');
    await page.getByRole('link', { name: 'Continue to Mailwarden' }).click();
    await heading('Integrations').waitFor();
    assert.equal(await page.getByRole('region', { name: 'Confirm your e-mail address' }).count(), 0);
  });

  await step('the password changes, against the current one', async () => {
    await page.goto(`${BASE}/settings?tab=account`);
    await page.getByText('This browser').waitFor();
    await examine('account settings');
    await changePassword();
    await field('Your password').fill('not the password');
    await page.getByRole('dialog').getByRole('button', { name: 'Change password' }).click();
    await page.getByText('This is not your password.').waitFor();
    await examine('change password, refused');
    await field('Your password').fill(PASSWORD);
    await page.getByRole('dialog').getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your password is changed').waitFor();
  });

  await step('a change of the address waits', async () => {
    await button('Change e-mail…').click();
    await field('New e-mail').fill(`new-${email}`);
    await field('Your password').fill(SECOND);
    await examine('change e-mail');
    await button('Mail me a link').click();
    await page.getByRole('region', { name: 'Change of address' }).waitFor();
    await examine('e-mail pending');
    await button('Cancel change').click();
    await page.getByRole('region', { name: 'Change of address' }).waitFor({ state: 'detached' });
  });

  await step('a second factor is set up', async () => {
    await button('Set up…').click();
    await field('Your password').fill(SECOND);
    await button('Continue').click();
    await page.getByRole('img', { name: 'QR code of the setup key' }).waitFor();
    await examine('second factor, key');
    key = await page.getByRole('dialog').locator('code').innerText();
    await field('Code of the app').fill(totp(key));
    await button('Turn on').click();
    const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    await codes.first().waitFor();
    assert.equal(await codes.count(), 10);
    recovery = await codes.first().innerText();
    await examine('recovery codes');
    await button('I have kept them').click();
    await page.getByText(/10 recovery codes left/).waitFor();
  });

  await step('signing in asks for the code', async () => {
    await signOut();
    await typeCredentials(email, SECOND);
    await examine('code');
    await field('Code').fill('000000');
    await button('Sign in').click();
    await page.getByText(/This code is wrong/).waitFor();
    await typeCode(totp(key, 1)); // the present one was used to turn it on
  });

  await step('a forgotten password is replaced by mail; a recovery code stands in for the phone', async () => {
    await signOut();
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await heading('Forgot your password?').waitFor();
    await field('E-mail').fill(email);
    await button('Mail me a link').click();
    await heading('Look into your mail').waitFor();
    await examine('look into your mail');
    await page.goto(await linkTo('/reset-password', email));
    await field('New password').fill(THIRD);
    await examine('reset');
    await button('Set the new password').click();
    await heading('Your password is changed').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await typeCredentials(email, THIRD);
    await typeCode(recovery);
  });

  assert.deepEqual(seen, []);
  assert.deepEqual(faults, []);
});
