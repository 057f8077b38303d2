import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { Reconciliation } from '../lib/types.ts';
import * as make from '../test/fixtures.ts';
import * as periods from '../test/periods.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const PAGE = '/integrations/hubspot?account=conn_h1';
/** The first look at a page loads its lazy parts, too. */
const LAZY = { timeout: 15_000 };
const PART = 'Compared with HubSpot’s own totals';

const alarm = (change: Partial<Reconciliation> = {}) =>
  periods.reconciliation({ verdict: 'alarm', part: 'missing_page', metrics: [periods.compared()], ...change });

async function shown(rows: Reconciliation[]) {
  server.use(get('/metrics/reconciliation', () => make.page(rows)));
  const view = openApp(PAGE);
  const part = within(await screen.findByRole('region', { name: PART }, LAZY));
  return { ...view, part };
}

test('an alarm names its part, what adds up to it, and what to do', async () => {
  const { part, user } = await shown([alarm()]);
  expect(await part.findByText('More than 5% apart (sent)')).toBeInTheDocument();
  expect(
    part.getByText(/Most of it: campaigns not read\. Check the sync settings.*or contact support/),
  ).toBeInTheDocument();
  expect(part.getByRole('link', { name: 'Check the sync settings' })).toHaveAttribute(
    'href',
    '/integrations/hubspot?account=conn_h1&tab=settings',
  );
  expect(part.getByRole('link', { name: 'Contact support' })).toHaveAttribute('href', '/help?tab=contact');
  expect(part.getByRole('row', { name: /Sent 9,400 10,000 −600 \(6%\) alarm/ })).toBeInTheDocument();
  await user.click(part.getByRole('button', { name: 'Campaigns not read, Time zones' }));
  expect(part.getByText('Campaigns not read: −560, of 2 campaigns')).toBeInTheDocument();
  expect(part.getByText('At the provider: 90210, 90211')).toBeInTheDocument();
  expect(part.getByText('Together: −600')).toBeInTheDocument();
  const { violations } = await axe.run(document.body, {
    rules: { region: { enabled: false }, 'color-contrast': { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});

test.each([
  [periods.reconciliation(), 'The figures agree', /up to 3%.*time zones, sync timing, rounding and metric definitions/],
  [
    alarm({ verdict: 'watch', metrics: [periods.compared({ verdict: 'watch', needs_care: false })] }),
    'A difference to watch',
    /Between 3% and 5% \(sent\)/,
  ],
  [
    alarm({ metrics: [periods.compared({ needs_care: false })] }),
    'More than 5% apart (sent)',
    /nothing of ours is missing or wrong/,
  ],
])('verdicts are told in words', async (row, title, words) => {
  const { part } = await shown([row]);
  expect(await part.findByText(title)).toBeInTheDocument();
  expect(part.getByText(words)).toBeInTheDocument();
});

test('a comparison is run now, and its result comes by itself', async () => {
  let rows: Reconciliation[] = [];
  server.use(
    http.post('*/v1/metrics/reconciliation', async ({ request }) => {
      expect(await request.json()).toEqual({ connection_id: 'conn_h1' });
      rows = [periods.reconciliation({ status: 'running', verdict: null, metrics: [] })];
      return HttpResponse.json(rows[0], { status: 202 });
    }),
    get('/metrics/reconciliation', () => make.page(rows)),
  );
  const { user } = openApp(PAGE);
  const part = within(await screen.findByRole('region', { name: PART }));
  expect(await part.findByText('Not compared yet')).toBeInTheDocument();
  await user.click(part.getByRole('button', { name: 'Compare now' }));
  expect(await part.findByText(/^Comparing\./)).toBeInTheDocument();
  rows = [periods.reconciliation()];
  expect(await part.findByText('The figures agree')).toBeInTheDocument();
});

test('one that failed says why, beside the last that was made; a refusal is shown where it was asked', async () => {
  const failed = periods.reconciliation({
    id: 'recn_2',
    status: 'failed',
    error: { code: 'busy', title: 'HubSpot had no room for questions', detail: 'It was waited for two hours.' },
  });
  server.use(http.post('*/v1/metrics/reconciliation', () => problem(409, 'inactive', 'Reconnect this account first')));
  const { part, user } = await shown([failed, periods.reconciliation()]);
  expect(await part.findByText('HubSpot had no room for questions')).toBeInTheDocument();
  expect(part.getByText('The figures agree')).toBeInTheDocument();
  await user.click(part.getByRole('button', { name: 'Compare now' }));
  expect(await part.findByText('Reconnect this account first')).toBeInTheDocument();
});

test('a member sees it, but does not run it', async () => {
  server.use(get('/me', () => make.member()));
  const { part } = await shown([periods.reconciliation()]);
  expect(await part.findByText('The figures agree')).toBeInTheDocument();
  expect(part.getByRole('button', { name: 'Compare now' })).toBeDisabled();
});

test('the dashboard names accounts that deviate, and is silent about the rest', async () => {
  let rows = [alarm(), alarm({ id: 'recn_0', verdict: 'watch' })];
  server.use(get('/metrics/reconciliation', () => make.page(rows)));
  const { unmount } = openApp('/dashboard');
  const note = within(await screen.findByRole('note', { name: /Figures differ/ }));
  expect(note.getByRole('listitem')).toHaveTextContent('Acme Marketing: sent more than 5% apart');
  unmount();
  rows = [periods.reconciliation(), alarm()];
  openApp('/dashboard');
  await screen.findByRole('region', { name: 'Sent' });
  await waitFor(() => expect(screen.queryByText(/Figures differ/)).not.toBeInTheDocument());
});
