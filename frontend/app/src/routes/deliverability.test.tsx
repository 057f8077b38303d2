import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import * as made from '../test/deliverability.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const history = get('/deliverability/history', () =>
  make.page([made.scoreDay(), made.scoreDay({ day: '2026-11-18', score: 71, label: 'Fair', band: 'fair' })]),
);

test('the gauge opens what the score is made of, to the last hundredth of a point', async () => {
  server.use(
    get('/deliverability/score', () => made.score()),
    history,
  );
  const { user, container, address } = openApp('/deliverability');
  const overview = await screen.findByRole('region', { name: 'Score' });
  expect(overview).toHaveTextContent('Minor improvements are possible.');
  expect(overview).toHaveTextContent('Held down by: There is no DMARC record that applies to your mail.');
  expect(overview).toHaveTextContent('Medium confidence');
  await user.click(within(overview).getByRole('button', { name: /89.*What it is made of/ }));
  const made_of = await screen.findByRole('region', { name: 'What it is made of' });
  const cells = within(made_of)
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.querySelector('.num')?.textContent ?? '');
  expect(cells).toEqual(['23.12', '19', '17', '15', '16', '−1.12', '89']);
  expect(cells.slice(0, -1).reduce((sum, text) => sum + Math.round(100 * Number(text.replace('−', '-'))), 0)).toBe(
    8900,
  );
  expect(made_of).toHaveTextContent('Reverse DNS not assessed');
  expect(screen.getByRole('row', { name: /Spam complaints 12 of 40,000 0.03% 0.02% to 0.05%/ })).toBeInTheDocument();
  expect(address()).toContain('explain=true');
  await screen.findByRole('slider', { name: 'Bounces' });
  const result = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});

test('without data there is no score, and a provisional one says so', async () => {
  server.use(get('/deliverability/score', made.noScore), history);
  openApp('/deliverability');
  expect(await screen.findByText(/There is no score rather than a wrong one/)).toBeInTheDocument();
  server.use(get('/deliverability/score', () => made.score({ provisional: true })));
  openApp('/deliverability?domain=example.net');
  expect(await screen.findByText('Provisional')).toBeInTheDocument();
});

test('a recommendation is tried out: its own change is what is asked, once', async () => {
  const asked: unknown[] = [];
  server.use(
    get('/deliverability/score', () => made.score()),
    history,
    http.post('*/v1/deliverability/what-if', async ({ request }) => {
      asked.push(await request.json());
      const now = made.score();
      const then = { ...now, score: 92, points: 9212, label: 'Excellent', caps: [] };
      return HttpResponse.json({ as_of: now.as_of, domain: null, version: 'ds-1', gain: 312, now, then });
    }),
  );
  const { user } = openApp('/deliverability');
  const list = await screen.findByRole('list', { name: 'Recommendations' });
  expect(list).toHaveTextContent('+3.12 points → 92');
  await user.click(within(list).getByRole('button', { name: /Try it below/ }));
  expect(await screen.findByText('89 now, 92 then: Excellent, +3.12 points.')).toBeInTheDocument();
  expect(asked).toEqual([{ domain: null, of: 'example.com', change: made.recommendation().change }]);
  const slider = screen.getByRole('slider', { name: 'Bounces' });
  slider.focus();
  await user.keyboard('{ArrowLeft}{ArrowLeft}');
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1]).toMatchObject({ change: { rates: { bounces: 0.008 } } });
});

test('the history is a chart for the arrow keys, and a table; a domain has its own', async () => {
  const asked: (string | null)[] = [];
  server.use(
    http.get('*/v1/deliverability/score', ({ request }) => {
      asked.push(new URL(request.url).searchParams.get('domain'));
      return HttpResponse.json(made.score());
    }),
    history,
  );
  const { user, address } = openApp('/deliverability');
  const chart = await screen.findByRole('slider', { name: 'Score by day' });
  expect(chart).toHaveAttribute('aria-valuetext', 'Nov 21, 2026: 88, Good');
  chart.focus();
  await user.keyboard('{ArrowLeft}');
  expect(chart).toHaveAttribute('aria-valuetext', 'Nov 20, 2026: no score');
  await user.keyboard('{Home}');
  expect(chart).toHaveAttribute('aria-valuetext', 'Nov 18, 2026: 71, Fair');
  const drawn = within(screen.getByRole('region', { name: 'History' }));
  for (const band of ['60', '70', '80', '90']) expect(await drawn.findByText(band)).toBeInTheDocument();
  expect(screen.queryByRole('slider', { name: 'First shown' })).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Show as a table' }));
  expect(await screen.findByRole('row', { name: /Nov 18, 2026 71 Fair/ })).toBeInTheDocument();
  await user.click(screen.getByRole('combobox', { name: 'Score of' }));
  await user.click(await screen.findByRole('option', { name: 'example.net' }));
  await waitFor(() => expect(asked).toContain('example.net'));
  expect(address()).toContain('domain=example.net');
});

test('a score that cannot be read can be asked again', async () => {
  server.use(http.get('*/v1/deliverability/score', () => problem(500, 'internal', 'Something broke here')));
  openApp('/deliverability');
  expect(await screen.findByRole('alert')).toHaveTextContent('Something broke here');
  expect(screen.getByRole('button', { name: 'Try again' })).toBeInTheDocument();
});

test('the dashboard shows the score, and the gauge leads to what it is made of', async () => {
  server.use(history);
  const { user, address } = openApp('/dashboard');
  const card = await screen.findByRole('region', { name: 'Deliverability score' });
  expect(card).toHaveTextContent('First: Publish DMARC (example.com)');
  await user.click(within(card).getByRole('link', { name: /89.*What it is made of/ }));
  expect(await screen.findByRole('region', { name: 'What it is made of' })).toBeInTheDocument();
  expect(address()).toContain('/deliverability?explain=true');
});
