import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { look } from '../mailbox-steps.ts';
import { newAccount } from '../stack.ts';
import { connect, firstSyncDone, signUpInBrowser } from '../steps.ts';
import { walk } from '../walk.ts';
import * as desk from './desk.ts';

const BILLING = '/settings/billing';

let page: Page;
let faults: string[];
let email: string;

walk((started) => {
  ({ page, faults } = started);
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const region = (name: string) => page.getByRole('region', { name, exact: true });
const open = (path: string) => desk.open(page, path, email);
/** Nothing for axe to find, at both widths and in both schemes, and nothing wider than the window. */
const clean = async (name: string) => {
  await page.locator('main [aria-busy=true]').first().waitFor({ state: 'detached' });
  assert.deepEqual(await look(page, name), []);
};

async function pay(plan: string): Promise<void> {
  await button(`Choose ${plan}`).click();
  await button('Pay with a good card').click();
  await page.getByRole('heading', { name: `Thank you: your plan is ${plan}` }).waitFor();
}

test('a trial shows what is left, what is used, and what can be bought', async () => {
  email = await signUpInBrowser(page);
  const account = await newAccount('hubspot', 'Paying Customer Portal');
  await connect(page, 'hubspot', account);
  await firstSyncDone(page, 'hubspot');
  await open('/settings');
  await page.getByRole('tab', { name: 'Billing' }).click();
  await region('Your plan')
    .getByText(/14 days left/)
    .waitFor();
  await page.getByText('1 of 15').first().waitFor();
  await clean('trial');
});

test('three days before its end every page says so', async () => {
  await desk.pass(page, 11.5);
  await open('/integrations');
  await region('Your trial ends in 3 days').waitFor();
  await clean('trial-ends');
  await page.getByRole('link', { name: 'Choose a plan' }).click();
  await region('Your plan')
    .getByText(/3 days left/)
    .waitFor();
});

test('a declined card buys nothing; a good one does, and all works at once', async () => {
  await button('Choose Starter').click();
  await button('Pay with a card that is declined').click();
  await page.getByText('Your card was declined').waitFor();
  await page.getByRole('link', { name: 'Go back' }).click();
  await page.getByRole('heading', { name: 'Nothing was bought' }).waitFor();
  await clean('nothing-bought');
  await pay('Starter');
  await page.getByRole('cell', { name: '$19' }).waitFor();
  await clean('bought');
});

test('card and address are changed at Stripe', async () => {
  await button('Card, address and tax number').click();
  await page.getByRole('heading', { name: 'Customer portal (sandbox)' }).waitFor();
});

test('on a phone the tab of the page is in view', async () => {
  await page.setViewportSize({ width: 390, height: 860 });
  await open(BILLING);
  const tab = page.getByRole('tab', { name: 'Billing' });
  await tab.waitFor();
  const box = await tab.boundingBox();
  assert.ok(box && box.x + box.width <= 390, `ends at ${(box?.x ?? 0) + (box?.width ?? 0)} px`);
  await page.setViewportSize({ width: 1280, height: 860 });
});

test('a larger plan holds at once', async () => {
  await button('Change to Team').click();
  const dialog = page.getByRole('dialog', { name: 'Change to Team?' });
  await dialog.waitFor();
  await clean('change');
  await dialog.getByRole('button', { name: 'Change to Team' }).click();
  await region('Plan Team').getByText('Your plan').waitFor();
  await page.getByText('1 of 15').first().waitFor();
});

test('a cancellation tells what it does, and is taken back', async () => {
  await button('Cancel the plan…').click();
  const dialog = page.getByRole('dialog', { name: 'Cancel the plan?' });
  await dialog.waitFor();
  await clean('cancel');
  await dialog.getByRole('button', { name: 'Cancel the plan' }).click();
  await button('Resume the plan').waitFor();
  await clean('cancelled');
  await button('Resume the plan').click();
  await button('Cancel the plan…').waitFor();
});

test('a refund is asked for in words that are written already, and ends the plan', async () => {
  await desk.pass(page, 4);
  await open(BILLING);
  await button('Ask for a refund…').click();
  const dialog = page.getByRole('dialog', { name: 'Ask for a refund?' });
  await dialog.waitFor();
  await clean('refund');
  await dialog.getByRole('button', { name: 'Send to support' }).click();
  await page.getByText('Support has your request').waitFor();
  await desk.refund(page);
  await open(BILLING);
  await region('Your plan').getByText('Inactive', { exact: true }).waitFor();
  await page.getByRole('cell', { name: 'Refunded' }).nth(1).waitFor(); // the larger plan was a payment of its own
  await clean('inactive');
});

test('then work is stopped with that reason on every page, and nothing looks broken', async () => {
  await open('/integrations/hubspot');
  await region('Your subscription has ended').waitFor();
  assert.equal(await button(/^Test /).isDisabled(), true);
  await button(/^Test /)
    .locator('..')
    .hover();
  await page.getByRole('tooltip').filter({ hasText: 'Choose a plan' }).waitFor();
  await page.mouse.move(0, 0);
  await clean('inactive-account');
  await open('/integrations');
  await region('Your subscription has ended').waitFor();
  await clean('inactive-integrations');
});

test('whoever pays again finds every account tested', async () => {
  await page.getByRole('link', { name: 'Choose a plan' }).click();
  await pay('Team');
  await page.getByRole('heading', { name: 'Your account works' }).waitFor({ timeout: 60_000 });
  await clean('reactivated');
  await open('/integrations');
  await page.getByRole('list', { name: 'Tested accounts' }).getByText('Works').waitFor();
  await clean('reactivated-integrations');
  assert.equal(await button(/^Test /).isEnabled(), true);
});

test('a renewal that fails is told with its date, and what becomes of it', async () => {
  await desk.declineCard(true);
  await desk.pass(page, 30.1);
  await open('/integrations');
  await region('A payment failed').waitFor({ timeout: 60_000 });
  await clean('past-due-integrations');
  await page.getByRole('link', { name: 'See the payment' }).click();
  await region('Failed payment')
    .getByText(/The next try is/)
    .waitFor();
  await clean('past-due');
  for (let tries = 0; tries < 4; tries += 1) await desk.pass(page, 7.1);
  await open('/integrations');
  await region('Your subscription ended because a payment failed').waitFor({ timeout: 60_000 });
  await clean('payment-failed');
  assert.deepEqual(faults, []);
});
