/** The pages for whoever must know what happened: status, diagnostics with each of its logs, support bundle. */
import type { Page } from 'playwright-core';

const rows = (page: Page) => page.getByRole('row').nth(1).waitFor();

async function openBundles(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Support bundle…' }).click();
  await page.getByRole('dialog').getByRole('heading', { name: 'Earlier bundles' }).waitFor();
}

async function previewBundle(page: Page): Promise<void> {
  await openBundles(page);
  await page.getByLabel('Exact text of the error').fill('It said no');
  await page.getByRole('button', { name: 'Collect and preview' }).click();
  await page.getByRole('link', { name: 'Download zip' }).waitFor();
  await page.getByRole('button', { name: /^Never read for a bundle/ }).click();
  await page.getByRole('button', { name: 'Logs', exact: true }).click();
}

async function diagnose(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run the diagnosis' }).click();
  await page.getByRole('region', { name: 'Result' }).waitFor({ timeout: 60_000 });
  for (const evidence of await page.getByRole('button', { name: /^Evidence/ }).all()) await evidence.click();
}

async function openFormulas(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'Incidents' }).waitFor();
  for (const formula of await page.getByRole('button', { name: /^How it is counted/ }).all()) await formula.click();
}

export const DIAGNOSTICS = [
  { name: 'status, opened', path: '/status', ready: openFormulas },
  { name: 'quick diagnosis, done', path: '/diagnostics', ready: diagnose },
  { name: 'connection records', path: '/diagnostics?tab=connections', ready: rows },
  { name: 'authorizations', path: '/diagnostics?tab=authorizations', ready: rows },
  { name: 'refreshes', path: '/diagnostics?tab=refreshes', ready: rows },
  {
    name: 'webhooks, none',
    path: '/diagnostics?tab=webhooks&provider=keap',
    ready: (page: Page) => page.getByText('No webhooks match').waitFor(),
  },
  { name: 'scheduler', path: '/diagnostics?tab=scheduler', ready: rows },
  { name: 'support bundle dialog', path: '/diagnostics', ready: openBundles },
  { name: 'support bundle preview', path: '/diagnostics', ready: previewBundle },
];
