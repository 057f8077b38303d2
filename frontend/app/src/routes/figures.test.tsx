import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { Series } from '../lib/types.ts';
import * as make from '../test/fixtures.ts';
import * as periods from '../test/periods.ts';
import { openApp } from '../test/render.tsx';
import { connections, get, server } from '../test/server.ts';

/** Answers with figures, and gives what was asked for. */
function shows(change: Partial<Series> = {}): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/v1/metrics/series', ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json(periods.series(change));
    }),
  );
  return asked;
}

test('tiles tell the change against the days before, in number and in share', async () => {
  shows();
  openApp('/dashboard');
  expect(await screen.findByRole('region', { name: 'Sent' })).toHaveTextContent('1,000+200 (+25%)');
  expect(screen.getByRole('region', { name: 'Delivered' })).toHaveTextContent('95% of sent−2.5 points');
  expect(screen.getByRole('region', { name: 'Clicked' })).toHaveTextContent('no change');
  expect(screen.getByRole('region', { name: 'Complaints' })).toHaveTextContent('+1 (0 before)');
  expect(screen.getByRole('region', { name: 'Bounced' })).toHaveTextContent('30 hard, 20 soft');
  expect(screen.getByText(/Compared with the 30 days right before, Sep 24 – Oct 23, 2026/)).toBeInTheDocument();
});

test.each([
  ['not_shown', /Not compared: the 30 days right before.*outside of the history range/],
  ['empty_before', /Not compared: nothing was sent in the 30 days right before/],
  ['provisional', /Some of these figures still move, so the changes will, too/],
] as const)('what a comparison is worth is said: %s', async (meaning, words) => {
  shows({ comparison: periods.comparison({ meaning }) });
  openApp('/dashboard');
  expect(await screen.findByText(words)).toBeInTheDocument();
  const told = meaning === 'provisional';
  expect(screen.getByRole('region', { name: 'Sent' }).textContent?.includes('+25%')).toBe(told);
});

test('any days are in the address, and so is how they are cut', async () => {
  const asked = shows();
  const { user, address } = openApp('/dashboard?from=2026-01-01&to=2026-06-30');
  await waitFor(() => expect(asked.length).toBe(1));
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    first_day: '2026-01-01',
    last_day: '2026-06-30',
    interval: 'week',
  });
  await user.click(await screen.findByRole('radio', { name: 'By month' }));
  await waitFor(() => expect(address()).toContain('by=month'));
  await user.click(screen.getByRole('radio', { name: '90 days' }));
  await waitFor(() => expect(address()).toMatch(/^\/dashboard\?by=month&days=[^&]*90[^&]*$/));
});

test('one account of several is chosen for all of the figures', async () => {
  server.use(connections([make.connection(), make.connection({ id: 'conn_h2', account_label: 'Acme Outlet' })]));
  const asked = shows();
  const { user } = openApp('/dashboard');
  await user.click(await screen.findByRole('combobox', { name: 'Account' }));
  await user.click(await screen.findByRole('option', { name: 'Acme Outlet (HubSpot)' }));
  await waitFor(() => expect(asked.at(-1)?.get('connection_id')).toBe('conn_h2'));
});

const UNTIL = '2026-11-29T12:00:00Z';
const POINTS = [
  periods.point('2026-11-20'),
  periods.point('2026-11-21', { campaigns: 0 }),
  periods.point('2026-11-22', { state: 'provisional', provisional_until: UNTIL }),
];

test('the chart is read with the arrow keys: gaps, and days that still move', async () => {
  shows({ points: POINTS });
  const { user } = openApp('/dashboard');
  const chart = await screen.findByRole('slider', { name: 'Figures over time' });
  expect(chart).toHaveAttribute(
    'aria-valuetext',
    expect.stringMatching(/Sent 1,000.*\(provisional until Nov 29, 2026\)/),
  );
  chart.focus();
  await user.keyboard('{ArrowLeft}');
  expect(chart).toHaveAttribute('aria-valuetext', 'Nov 21, 2026: nothing sent');
  await user.click(screen.getByRole('button', { name: 'Opened' }));
  chart.focus();
  await user.keyboard('{Home}');
  expect(chart.getAttribute('aria-valuetext')).toMatch(/Nov 20, 2026: Sent 1,000/);
  expect(chart.getAttribute('aria-valuetext')).not.toContain('Opened');
  expect(screen.getByText(/Dashed and shaded: provisional.*Gaps: nothing was sent/)).toBeInTheDocument();
  expect(screen.queryByRole('slider', { name: 'First shown' })).not.toBeInTheDocument();
});

test('a part of the chart is looked at, told, and becomes the range', async () => {
  const days = Array.from({ length: 14 }, (_, n) => periods.point(`2026-11-${String(n + 1).padStart(2, '0')}`));
  shows({ points: days });
  const { user, address } = openApp('/dashboard');
  const first = await screen.findByRole('slider', { name: 'First shown' });
  const last = screen.getByRole('slider', { name: 'Last shown' });
  expect(first).toHaveAttribute('aria-valuetext', 'Nov 1');
  first.focus();
  await user.keyboard('{ArrowRight}{ArrowRight}');
  expect(first).toHaveAttribute('aria-valuetext', 'Nov 3');
  last.focus();
  await user.keyboard('{ArrowLeft}');
  expect(await screen.findByText(/Shown: Nov 3 – 13, 2026/)).toBeInTheDocument();
  const chart = screen.getByRole('slider', { name: 'Figures over time' });
  expect(chart.getAttribute('aria-valuetext')).toMatch(/^Nov 13, 2026/);
  await user.click(screen.getByRole('button', { name: 'Show all' }));
  expect(last).toHaveAttribute('aria-valuetext', 'Nov 14');
  last.focus();
  await user.keyboard('{ArrowLeft}');
  await user.click(await screen.findByRole('button', { name: 'Take these days as the range' }));
  await waitFor(() => expect(address()).toBe('/dashboard?from=2026-11-01&to=2026-11-13'));
});

test('the same stands in a table', async () => {
  shows({ points: POINTS });
  const { user } = openApp('/dashboard');
  await user.click(await screen.findByRole('button', { name: 'Show as table' }));
  expect(
    await screen.findByRole('row', { name: /Nov 22, 2026.*1,000.*provisional until Nov 29, 2026/ }),
  ).toBeInTheDocument();
  expect(screen.getByRole('row', { name: /Nov 21, 2026 none/ })).toBeInTheDocument();
});

test('what opens by programs do to figures is told for each provider', async () => {
  const klaviyo = periods.settling({
    provider: 'klaviyo',
    label: 'Klaviyo',
    machines: 'included',
    machines_why: 'Privacy proxies count.',
  });
  shows({ providers: [periods.settling(), klaviyo] });
  const { user } = openApp('/dashboard');
  await user.click(await screen.findByRole('button', { name: /Opens by programs/ }));
  const list = within(screen.getByRole('list', { name: 'What figures of each provider mean' }));
  expect(list.getByText('Klaviyo: Opens by programs are counted in')).toBeInTheDocument();
});

test('a failure is said, and tried again', async () => {
  let fails = true;
  server.use(
    http.get('*/v1/metrics/series', () => (fails ? HttpResponse.error() : HttpResponse.json(periods.series()))),
    get('/metrics/reconciliation', () => make.page([])),
  );
  const { user } = openApp('/dashboard');
  const again = await screen.findByRole('button', { name: 'Try again' });
  fails = false;
  await user.click(again);
  expect(await screen.findByRole('region', { name: 'Sent' })).toHaveTextContent('1,000');
});
