/** Figures, deliverability, alerts and exports, each opened as far as it goes. Needs one mistyped domain and a Klaviyo account. */
import type { Page } from 'playwright-core';
import { explain } from './deliverability-steps.ts';

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();

async function openAll(page: Page, name: RegExp): Promise<void> {
  const closed = page.getByRole('button', { name, expanded: false });
  await closed.first().waitFor();
  for (const one of (await closed.all()).toReversed()) await one.click();
}

async function brush(page: Page): Promise<void> {
  const end = page.getByRole('slider', { name: 'Last shown' });
  await end.focus();
  for (let step = 0; step < 9; step += 1) await page.keyboard.press('ArrowLeft');
  await page.getByRole('button', { name: 'Take these days as the range' }).waitFor();
  await openAll(page, /^Opens by programs/);
}

async function asTable(page: Page): Promise<void> {
  await press(page, 'Show as table');
  await page
    .getByRole('region', { name: /^Figures over time/ })
    .getByRole('row')
    .nth(1)
    .waitFor();
}

async function compare(page: Page): Promise<void> {
  const part = page.getByRole('region', { name: /own totals$/ });
  const now = part.getByRole('button', { name: 'Compare now' });
  await now.waitFor();
  if ((await part.getByRole('row').count()) === 0) await now.click();
  await part.getByRole('row').nth(1).waitFor({ timeout: 90_000 });
  const parts = await part.getByRole('row').getByRole('button', { expanded: false }).all();
  for (const one of parts.toReversed()) await one.click();
}

async function tryMore(page: Page): Promise<void> {
  await explain(page);
  await openAll(page, /^(What confidence means|Show as a table)/);
  await page.getByRole('slider', { name: 'Spam complaints' }).focus();
  await page.keyboard.press('End');
  await page.getByRole('region', { name: 'What it would be made of', exact: true }).waitFor();
}

async function openDomain(page: Page): Promise<void> {
  await page.getByRole('list', { name: 'Sending domains' }).getByRole('link').first().click();
  await page.getByRole('region', { name: 'SPF', exact: true }).waitFor();
  await openAll(page, /^How it was judged/);
  await openAll(page, /^Raw answers of the DNS/);
  await openAll(page, /^Show the look of/);
}

async function removeDomain(page: Page): Promise<void> {
  await page.getByRole('list', { name: 'Sending domains' }).getByRole('link').first().click();
  await press(page, 'Remove this domain…');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the domain' }).waitFor();
}

async function testAlerts(page: Page): Promise<void> {
  await press(page, 'What would have fired in 90 days');
  await page
    .getByText(/^It would not have fired from/)
    .first()
    .waitFor();
  await press(page, 'Send test alert');
  await page.getByRole('list', { name: 'Results of the test' }).waitFor();
  await page.getByRole('group', { name: 'Bounce rate spike' }).getByLabel('Threshold').fill('900');
  await page.getByRole('region', { name: 'Delivery log' }).getByText('Slack', { exact: true }).click();
}

async function openExports(page: Page): Promise<void> {
  await press(page, 'Export');
  await page.getByRole('menuitem', { name: /^Recent exports/ }).click();
  await page.getByRole('dialog').getByText('No exports in the background').waitFor();
}

const domains = '/deliverability/domains';

export const ANALYTICS = [
  { name: 'dashboard, part of the chart', path: '/dashboard', ready: brush },
  { name: 'dashboard as a table', path: '/dashboard?days=90&by=week', ready: asTable },
  {
    name: 'dashboard, days that were not read',
    path: '/dashboard?from=2020-01-01&to=2020-01-31',
    ready: (page: Page) => page.getByText(/^No campaign of these days is known/).waitFor(),
  },
  { name: 'what can be exported', path: '/campaigns', ready: (page: Page) => press(page, 'Export') },
  { name: 'recent exports, none', path: '/campaigns', ready: openExports },
  { name: 'comparison with the provider', path: '/integrations/klaviyo', ready: compare },
  { name: 'score, explained and tried', path: '/deliverability', ready: tryMore },
  {
    name: 'domains',
    path: domains,
    ready: (page: Page) => page.getByText('SPF: Fault').waitFor(),
  },
  { name: 'one domain, opened', path: domains, ready: openDomain },
  { name: 'removing a domain', path: domains, ready: removeDomain },
  {
    name: 'blocklists, opened',
    path: '/deliverability/blocklists',
    ready: (page: Page) => openAll(page, /^What each list says/),
  },
  { name: 'alert settings, tested', path: '/settings?tab=alerts', ready: testAlerts },
  {
    name: 'alerts, nothing found',
    path: '/alerts?kind=score_drop',
    ready: (page: Page) => page.getByText('No alert matches').waitFor(),
  },
];
