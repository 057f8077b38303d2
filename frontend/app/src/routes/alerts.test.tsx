import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import * as alerts from '../test/alerts.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, server } from '../test/server.ts';

const item = async (title: RegExp) => within(await screen.findByRole('article', { name: title }));
const facts = (box: Awaited<ReturnType<typeof item>>) =>
  Object.fromEntries(
    box.getAllByRole('term').map((term) => [term.textContent, term.nextElementSibling?.textContent ?? '']),
  );

test('an alert of a rule tells value, baseline, threshold with its unit, and leads to its page', async () => {
  server.use(get('/alerts', () => make.page([alerts.ruleAlert()])));
  openApp('/alerts');
  const box = await item(/Bounce rate rose/);
  expect(facts(box)).toMatchObject({
    Rule: 'Bounce rate spike',
    About: 'Acme Marketing',
    Value: '4.1%',
    Baseline: '1%: the rate of the 30 days before',
    Threshold: '2 percentage points above the baseline',
    Volume: '3,200 messages; minimum 200',
  });
  expect(box.getByRole('link', { name: 'Open the dashboard' })).toHaveAttribute('href', '/dashboard');
});

test.each([
  [{ unit: 'percent', value: 62, baseline: 78.4, threshold: 10 }, '62 points', '10 % below the baseline'],
  [{ unit: 'hours', value: 40.2, baseline: null, threshold: 36 }, '40 hours', '36 hours'],
  [{ unit: 'runs_in_a_row', value: 3, baseline: null, threshold: 3 }, '3 failed in a row', '3 in a row'],
  [{ unit: 'tier', value: null, baseline: null, threshold: 3 }, undefined, 'lists of tiers A to C'],
])('each unit has its words: %o', async (card, value, threshold) => {
  server.use(get('/alerts', () => make.page([alerts.ruleAlert({}, card)])));
  openApp('/alerts');
  const told = facts(await item(/Bounce rate rose/));
  expect(told['Value']).toBe(value);
  expect(told['Threshold']).toBe(threshold);
});

test('its end says when, and why', async () => {
  const over = { ended_at: '2026-11-21T08:00:00Z', ended_by: 'settled' };
  const notice = alerts.ruleAlert({ kind: 'alert_recovered', title: 'New usual level: Acme Marketing' }, over);
  const told = make.alert({ id: 'alrt_2', kind: 'test', title: 'Test alert', card: {}, provider: null });
  server.use(get('/alerts', () => make.page([notice, told])));
  openApp('/alerts');
  expect(facts(await item(/New usual level/))['Ended']).toMatch(/Nov 21, 2026.*Taken for the new usual level/);
  expect((await item(/Test alert/)).queryByRole('link')).not.toBeInTheDocument();
});

test('kind and unread are filters in the address, and can be cleared', async () => {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/v1/alerts', ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json(make.page([]));
    }),
  );
  const { user, address } = openApp('/alerts?kind=score_drop');
  expect(await screen.findByText('No alert matches')).toBeInTheDocument();
  expect(asked.at(-1)?.get('kind')).toBe('score_drop');
  await user.click(screen.getByRole('switch', { name: 'Unread only' }));
  await waitFor(() => expect(asked.at(-1)?.get('unread')).toBe('true'));
  expect(address()).toBe('/alerts?kind=score_drop&unread=true');
  await user.click(screen.getAllByRole('button', { name: 'Clear filters' })[0] as HTMLElement);
  expect(await screen.findByText('No alerts')).toBeInTheDocument();
  expect(address()).toBe('/alerts');
});
