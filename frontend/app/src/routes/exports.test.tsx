import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { afterEach, expect, test, vi } from 'vitest';
import type { ExportRow } from '../lib/types.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

/** The first look at a page loads its lazy parts, too. */
const LAZY = { timeout: 15_000 };

const row = (change: Partial<ExportRow> = {}): ExportRow => ({
  id: 'exp_1',
  report: 'campaigns',
  format: 'csv',
  filters: {},
  time_zone: 'Europe/Madrid',
  status: 'running',
  rows_done: 30_000,
  rows_estimated: 120_000,
  progress: 0.25,
  complete: true,
  file_name: 'campaigns.csv',
  size: null,
  sha256: null,
  error: null,
  requested_by: 'usr_1',
  created_at: make.ago(1),
  started_at: make.ago(1),
  finished_at: null,
  expires_at: null,
  download_path: null,
  ...change,
});

afterEach(() => vi.restoreAllMocks());

/** What browsers can do and jsdom cannot; gives the names that files were saved under. */
function saved(): string[] {
  const names: string[] = [];
  URL.createObjectURL = () => 'blob:saved';
  URL.revokeObjectURL = () => undefined;
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    names.push(this.download);
  });
  return names;
}

async function exported(path: string, answer: () => Response, format: string) {
  const bodies: unknown[] = [];
  server.use(
    http.post('*/v1/exports', async ({ request }) => {
      bodies.push(await request.json());
      return answer();
    }),
  );
  const view = openApp(path);
  await view.user.click(await screen.findByRole('button', { name: 'Export' }, LAZY));
  await view.user.click(await screen.findByRole('menuitem', { name: format }));
  await waitFor(() => expect(bodies.length).toBe(1));
  return { ...view, asked: bodies[0] };
}

const file = () =>
  new HttpResponse('Campaign\r\n', {
    headers: { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="campaigns-2026-11-22.csv"' },
  });

test('a small export is saved at once, with exactly the filters on screen', async () => {
  const names = saved();
  const { asked } = await exported('/campaigns?q=sale&from=2026-11-01&sort=-opened', file, 'CSV, for spreadsheets');
  expect(asked).toEqual({
    report: 'campaigns',
    format: 'csv',
    filters: { q: 'sale', sent_from: '2026-10-31T23:00:00.000Z', sort: '-opened' },
  });
  await waitFor(() => expect(names).toEqual(['campaigns-2026-11-22.csv']));
});

const DAY = expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/);

test.each([
  [
    '/dashboard?from=2026-01-01&to=2026-01-31&account=conn_h1',
    'dashboard',
    { first_day: '2026-01-01', last_day: '2026-01-31', interval: 'day', connection_id: ['conn_h1'], compare: true },
  ],
  ['/alerts?kind=score_drop&unread=true', 'alerts', { kind: 'score_drop', unread: true }],
  ['/integrations/hubspot?account=conn_h1&tab=syncs', 'sync_history', { connection_id: 'conn_h1' }],
  ['/deliverability?domain=example.com', 'deliverability', { domain: 'example.com', first: DAY }],
])('%s exports what it shows', async (path, report, filters) => {
  saved();
  server.use(get('/deliverability/history', () => make.page([])));
  const { asked } = await exported(path, file, 'PDF, for reading');
  expect(asked).toEqual({ report, format: 'pdf', filters });
});

test('a large one is made in the background: how far, then its link and when that ends; or it is stopped', async () => {
  let rows = [row()];
  const removed: string[] = [];
  server.use(
    get('/exports', () => make.page(rows)),
    http.delete('*/v1/exports/:id', ({ params }) => {
      removed.push(String(params['id']));
      rows = [row({ status: 'expired' })];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = await exported('/campaigns', () => HttpResponse.json(row(), { status: 202 }), 'PDF, for reading');
  const list = within(await screen.findByRole('list', { name: 'Recent exports' }));
  expect(list.getByText('30,000 of about 120,000 rows')).toBeInTheDocument();
  const path = '/v1/exports/exp_1/file';
  rows = [
    row({
      status: 'ready',
      progress: 1,
      rows_done: 120_000,
      size: 4_194_304,
      expires_at: make.ago(-60 * 24),
      download_path: path,
    }),
  ];
  expect(await list.findByRole('link', { name: /Download Campaigns, CSV/ })).toHaveAttribute('href', path);
  expect(list.getByText(/120,000 rows, 4 MB · the link ends/)).toBeInTheDocument();
  await user.click(list.getByRole('button', { name: /Delete the file/ }));
  expect(await list.findByText('Expired')).toBeInTheDocument();
  expect(removed).toEqual(['exp_1']);
});

test('too many at a time are refused in the server’s words', async () => {
  const refuse = () => problem(429, 'too_many_exports', 'Other exports are being made');
  await exported('/campaigns', refuse, 'CSV, for spreadsheets');
  expect(await screen.findByText('Other exports are being made')).toBeInTheDocument();
});
