import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { BASE, fault, newAccount, sendCampaigns } from './stack.ts';
import { connect, consent, firstSyncDone, signUpInBrowser, statusOnCard } from './steps.ts';
import { walk } from './walk.ts';

let page: Page;
let faults: string[];

walk((started) => {
  ({ page, faults } = started);
}, 30_000);

test('connect, sync, break, be told why, reconnect, get the receipt', { timeout: 300_000 }, async (t) => {
  const step = async (name: string, act: () => Promise<void>) => {
    t.diagnostic(name);
    await act();
  };
  const hubspot = await newAccount('hubspot', 'Journey Portal');
  const klaviyo = await newAccount('klaviyo', 'Journey Shop');

  await step('a new person connects both providers and watches the first sync', async () => {
    await signUpInBrowser(page);
    await connect(page, 'hubspot', hubspot);
    await page
      .getByRole('region', { name: /^Account / })
      .getByText('Connected', { exact: true })
      .first()
      .waitFor();
    await firstSyncDone(page, 'hubspot');
    await connect(page, 'klaviyo', klaviyo);
    await firstSyncDone(page, 'klaviyo');
  });

  await step('the campaigns of both are there, with their age', async () => {
    await page.goto(`${BASE}/campaigns`);
    await page.getByRole('row').nth(1).waitFor();
    await page.getByText(/Data as of/).waitFor();
    assert.ok((await page.getByRole('row').count()) > 2);
  });

  await step('a revoked grant becomes Inactive with its cause, and raises one alert', async () => {
    await fault('hubspot', hubspot, 'revoke');
    await page.goto(`${BASE}/integrations`);
    await statusOnCard(page, 'hubspot', 'Inactive').waitFor({ timeout: 120_000 });
    await statusOnCard(page, 'klaviyo', 'Connected').waitFor();
    await page.getByRole('link', { name: 'See what happened' }).click();
    const story = page.getByRole('region', { name: 'What happened' });
    await story.getByText(/revoked in HubSpot/).waitFor();
    await story.getByRole('button', { name: /^Evidence/ }).click();
    await story.getByText('Provider code').first().waitFor();
    await page.goto(`${BASE}/alerts`);
    await page.getByRole('article', { name: /HubSpot/ }).waitFor();
    assert.equal(await page.getByRole('article').count(), 1);
    await page.getByText('1 unread alert').waitFor({ state: 'attached' });
  });

  await step('campaigns stay readable while the account is inactive', async () => {
    await page.goto(`${BASE}/campaigns`);
    await page.getByRole('row').nth(1).waitFor();
  });

  await step('one click reconnects, catches up and gives the receipt', async () => {
    await sendCampaigns('hubspot', hubspot, 2);
    await page.goto(`${BASE}/integrations/hubspot`);
    await page
      .getByRole('button', { name: /^Reconnect/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Reconnect at HubSpot' }).click();
    await consent(page, hubspot);
    await page
      .getByRole('region', { name: /^Account / })
      .getByText('Connected', { exact: true })
      .first()
      .waitFor();
    const receipt = page.getByRole('region', { name: 'Reconnect receipt' });
    await receipt.getByText('Reconnected: what came back').waitFor({ timeout: 90_000 });
    assert.match(await receipt.innerText(), /New campaigns\s+2\b/);
    await page.goto(`${BASE}/integrations/hubspot?tab=history`);
    await page.getByRole('listitem').filter({ hasText: 'Inactive' }).first().waitFor();
    await page.goto(`${BASE}/alerts`);
    await page.getByRole('article').nth(1).waitFor({ timeout: 60_000 });
    assert.equal(await page.getByRole('article').count(), 2, 'one alert and one recovery');
  });

  assert.deepEqual(faults, []);
});

test('a refused consent connects nothing and offers a fresh try', { timeout: 120_000 }, async () => {
  await signUpInBrowser(page);
  await page.getByRole('button', { name: 'Connect HubSpot' }).click();
  await page.getByRole('button', { name: 'Continue to HubSpot' }).click();
  await page.getByRole('heading', { name: /^Connect to/ }).waitFor();
  await page.getByRole('button', { name: 'Deny' }).click();
  const result = page.getByRole('alert', { name: 'Result' });
  await result.getByRole('button', { name: 'Try again' }).waitFor();
  await page.goto(`${BASE}/integrations`);
  await page.getByRole('button', { name: 'Connect HubSpot' }).waitFor();
});

test('a session survives a reload; after sign-out the app asks to sign in and leads back', {
  timeout: 120_000,
}, async () => {
  await signUpInBrowser(page);
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  await page.getByRole('button', { name: /account menu/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto(`${BASE}/campaigns?q=sale`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('next'), '/campaigns?q=sale');
});
