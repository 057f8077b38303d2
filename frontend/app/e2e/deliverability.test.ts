import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { addDomain, explain, mistype, record, toPublish, verdict, verify } from './deliverability-steps.ts';
import { addressOf, BASE, dnsTrouble, newAccount, publish } from './stack.ts';
import { connect, firstSyncDone, signUpInBrowser } from './steps.ts';
import { walk } from './walk.ts';

const DOMAIN = 'mended-shop.test';

let page: Page;
let faults: string[];

walk((started) => {
  ({ page, faults } = started);
}, 30_000);

test('a mistyped SPF record: told exactly, published as proposed, verified', { timeout: 240_000 }, async () => {
  const klaviyo = await newAccount('klaviyo', 'Mended Shop');
  const broken = await mistype(DOMAIN);
  await signUpInBrowser(page);
  await connect(page, 'klaviyo', klaviyo);
  await addDomain(page, DOMAIN);

  await verdict(page, 'SPF', 'Fault').waitFor();
  const spf = record(page, 'SPF');
  await spf.getByText(broken, { exact: true }).waitFor();
  assert.match(await spf.innerText(), /inclde/);
  const proposed = toPublish(page, 'SPF');
  await proposed.getByText('Publish this TXT record in the place of what is there now').waitFor();
  const value = await proposed.getByRole('code').innerText();
  assert.match(value, new RegExp(`^v=spf1 .*ip4:${await addressOf(DOMAIN)}`));

  await publish(DOMAIN, 'TXT', value);
  await verify(page);
  await verdict(page, 'SPF', 'Valid').waitFor();
  assert.equal(await proposed.count(), 0, 'nothing is left to publish');
  await verdict(page, 'DKIM news1', 'Valid').waitFor();
});

test('a name server in trouble is told as such, never as a missing record', { timeout: 120_000 }, async (t) => {
  t.after(() => dnsTrouble(DOMAIN));
  await dnsTrouble(DOMAIN, 'servfail');
  await verify(page);
  await verdict(page, 'SPF', 'Cannot tell').waitFor();
  await record(page, 'SPF')
    .getByText(/the last definite answer stands: valid/)
    .waitFor();
  for (const name of ['DKIM news1', 'DMARC', 'MX', 'MTA-STS', 'BIMI']) {
    await verdict(page, name, 'Cannot tell').waitFor();
    assert.equal(await toPublish(page, name).count(), 0, 'no advice without an answer');
  }
  assert.equal(await page.getByText('Absent', { exact: true }).count(), 0);
  await page.goto(`${BASE}/deliverability/domains`);
  const line = page.getByRole('listitem').filter({ hasText: DOMAIN });
  await line.getByText('SPF: Valid').waitFor();
});

test('the score opens what it is made of, and a slider asks what if', { timeout: 180_000 }, async () => {
  await firstSyncDone(page, 'klaviyo');
  await explain(page);
  const whole = page.getByRole('region', { name: 'What it is made of', exact: true });
  assert.match(await whole.innerText(), /Together/);
  await page.getByText('Move a slider or turn a switch to see what it would bring.').waitFor();
  const complaints = page.getByRole('slider', { name: 'Spam complaints' });
  await complaints.focus();
  await page.keyboard.press('End');
  const then = page.getByRole('status').filter({ hasText: /now, .* then: / });
  await then.waitFor();
  const [, now, later] = /^(\d+) now, (\d+) then/.exec(await then.innerText()) ?? [];
  assert.ok(Number(later) < Number(now), `${later} is less than ${now}`);
  await page.getByRole('region', { name: 'What it would be made of', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Back to how it is' }).click();
  await page.getByText('Move a slider or turn a switch to see what it would bring.').waitFor();
  assert.deepEqual(faults, []);
});
