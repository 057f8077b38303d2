import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { exportCsv } from './csv.ts';
import { BASE, confirmAddress, newAccount } from './stack.ts';
import { connect, firstSyncDone, signUpInBrowser } from './steps.ts';
import { walk } from './walk.ts';

let page: Page;
let faults: string[];

walk((started) => {
  ({ page, faults } = started);
}, 30_000);

const RULE = /^On\s*: Bounce rate spike/;
const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Madrid' }).format(Date.now());
/** In the zone of the browser, which is the organization's: counted in days, since not all have 24 hours there. */
const dayBefore = (days: number) => new Date(Date.parse(today()) - days * 86_400_000).toISOString().slice(0, 10);
/** "1,234" as it stands in files. */
const plain = (shown: string) => shown.replaceAll(/\D/g, '');
const lines = async (name: string) => (await page.getByRole('region', { name, exact: true }).innerText()).split(/\n+/);

async function turn(name: RegExp): Promise<void> {
  await page.getByRole('switch', { name }).focus();
  await page.keyboard.press('Space');
}

test('figures of a range, beside the days before, as chart, table and file', { timeout: 240_000 }, async () => {
  const account = await newAccount('hubspot', 'Figures Portal', 240); // so many that there are some to compare with
  await confirmAddress(await signUpInBrowser(page));
  await connect(page, 'hubspot', account);
  await firstSyncDone(page, 'hubspot');
  await page.goto(`${BASE}/dashboard`);
  const days = page.getByRole('search', { name: 'Which days' });
  await days.getByLabel('From').fill(dayBefore(39));
  await page.getByText(/^Compared with the 40 days right before, .* Some of these figures still move/).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('from'), dayBefore(39), 'the address can be shared');
  await page.getByText('By week', { exact: true }).click();
  const chart = page.getByRole('slider', { name: 'Figures over time' });
  await chart.focus();
  await page.keyboard.press('Home');
  assert.match((await chart.getAttribute('aria-valuetext')) ?? '', /: (nothing sent|Sent [\d,]+, Delivered [\d,]+)/);
  const [, sent = '', change = ''] = await lines('Sent');
  assert.match(change, /^[+−][\d,]+ \([+−][\d.,]+%\)$/);

  await page.getByRole('button', { name: 'Show as table' }).click();
  const table = page.getByRole('region', { name: /^Figures over time/ }).getByRole('row');
  await table.nth(1).waitFor();
  const shown = await table.evaluateAll((all) =>
    all.slice(1).map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText)),
  );
  const file = await exportCsv(page, /^dashboard-\d{4}-\d\d-\d\d\.csv$/);
  assert.deepEqual(file.titles.slice(0, 6), ['Part', 'First day', 'Last day', 'Campaigns', 'Sent', 'Delivered']);
  const part = (name: string) => file.rows.filter((row) => row['Part'] === name);
  assert.equal(part('whole period')[0]?.['Sent'], plain(sent));
  const before = Number(part('period before')[0]?.['Sent']);
  const difference = Number(plain(change.split(' ')[0] ?? '')) * (change.startsWith('+') ? 1 : -1);
  assert.equal(before + difference, Number(plain(sent)), 'the change is what the file says');
  const weeks = part('week').toReversed();
  assert.deepEqual(
    weeks.map((week) => [week['Campaigns'], week['Sent']]),
    shown.map(([, campaigns = '', each = '']) => [plain(campaigns) || '0', plain(each)]),
  );
  assert.deepEqual(faults, []);
});

test('a list of campaigns as a file: the same rows, by the same filter, in the same order', {
  timeout: 120_000,
}, async () => {
  await page.goto(`${BASE}/campaigns?sort=name`);
  const names = page.getByRole('row').getByRole('link');
  await names.first().waitFor();
  const all = await names.count();
  const word = ((await names.first().innerText()).split(' ')[0] ?? '').toLowerCase();
  await page.getByRole('searchbox', { name: 'Search' }).fill(word);
  await page.waitForURL((url) => url.searchParams.get('q') === word);
  await page.getByRole('button', { name: 'Clear filters' }).waitFor();
  await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length < n, all);
  const file = await exportCsv(page, /^campaigns-/);
  assert.deepEqual(
    file.rows.map((row) => row['Campaign']),
    await names.allInnerTexts(),
  );
});

test('a rule is switched off and on, its 90 days are shown, a test tells what came of each channel', {
  timeout: 180_000,
}, async () => {
  const rule = page.getByRole('group', { name: 'Bounce rate spike' });
  const look = page.getByRole('button', { name: 'What would have fired in 90 days' });
  const save = async () => {
    await page.getByRole('button', { name: 'Save rules' }).click();
    await page.getByText('Rules saved').last().waitFor();
  };
  await page.goto(`${BASE}/settings?tab=alerts`);
  await rule.waitFor();
  await turn(RULE);
  await rule.getByText('Saved now: on.').waitFor();
  await look.click();
  await rule.getByText('It is off, and would have told nothing.').waitFor();
  await save();
  await page.reload();
  await rule.waitFor();
  assert.equal(await page.getByRole('switch', { name: RULE }).isChecked(), false);
  await turn(RULE);
  await look.click();
  await rule.getByText(/^It would (not have fired|have fired \d+ times?) from .* 2\d\d\d/).waitFor();
  await save();

  await page.getByRole('button', { name: 'Send test alert' }).click();
  const results = page.getByRole('list', { name: 'Results of the test' }).getByRole('listitem');
  await results.first().waitFor();
  const told = (await results.allInnerTexts()).map((text) => text.split('\n').slice(0, 2).join(': '));
  assert.deepEqual(told, ['In the app: Sent', 'E-mail: Sent', 'Slack: Off', 'Signed webhook: Off']);
  await page
    .getByRole('region', { name: 'Delivery log' })
    .getByRole('row', { name: /Test alert/ })
    .waitFor();
  await page.goto(`${BASE}/alerts`);
  await page.getByRole('article', { name: /Test alert/ }).waitFor();
  const file = await exportCsv(page, /^alerts-/);
  assert.equal(file.rows[0]?.['Title'], 'Test alert');
  assert.deepEqual(faults, []);
});
