import { screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { http } from 'msw';
import { expect, test } from 'vitest';
import { incident, measured, serviceStatus } from '../test/diagnostics.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const figure = (name: string) => screen.findByRole('region', { name });

test('each figure says what it is a share of, how it is counted, and shows its table', async () => {
  const { user, container } = openApp('/status');
  const accuracy = await figure('Status accuracy');
  expect(accuracy).toHaveTextContent('99.99%');
  expect(await figure('Right verdicts')).toHaveTextContent('40 verdicts, 0 wrong.');
  const detection = await figure('Detection time');
  expect(detection).toHaveTextContent('1 min 2 s / 5 min 10 s');
  await user.click(within(detection).getByRole('button', { name: /How it is counted/ }));
  expect(detection).toHaveTextContent(/From the first refusal/);
  expect(within(detection).getByRole('row', { name: /Access was revoked at HubSpot.*40/ })).toBeInTheDocument();
  expect(screen.getByText(/Times in Europe\/Madrid/)).toBeInTheDocument();
  const result = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});

test('a share of nothing is not known, never 100 %', async () => {
  const nothing = measured({
    status_accuracy: null,
    verdict_accuracy: null,
    refresh_success: null,
    verdicts: 0,
    providers: [],
    causes: [],
  });
  server.use(get('/status', () => serviceStatus({ measured: nothing })));
  openApp('/status');
  for (const name of ['Status accuracy', 'Right verdicts', 'Detection time', 'Token refreshes']) {
    expect(await figure(name)).toHaveTextContent('Not enough data');
  }
});

test('before the first measurement the page says so, and still tells what holds now', async () => {
  server.use(get('/status', () => serviceStatus({ measured: null })));
  openApp('/status');
  expect(await screen.findByRole('heading', { name: 'Not measured yet' })).toBeInTheDocument();
  expect(await figure('Now')).toHaveTextContent('Everything works');
});

test('incidents, over and under way, and a dead scheduler', async () => {
  const open = incident({ id: 'inc_2', title: 'Klaviyo is not answering', provider: 'klaviyo', ended_at: null });
  const told = serviceStatus({
    incidents: [open],
    recent_incidents: [open, incident()],
    refresh_scheduler_alive: false,
    refresh_scheduler_seen_at: make.ago(10),
  });
  server.use(get('/status', () => told));
  openApp('/status');
  expect(await figure('Now')).toHaveTextContent('Nothing is refreshed or synced at the moment');
  const list = await figure('Incidents');
  expect(within(list).getByRole('row', { name: /Klaviyo is not answering.*Under way/ })).toBeInTheDocument();
  expect(within(list).getByRole('row', { name: /HubSpot is not answering.*Over 30 min/ })).toBeInTheDocument();
  expect(screen.getByText('Nothing is checked, refreshed or synced at the moment')).toBeInTheDocument();
});

test('when the figures cannot be read, trying again is one click', async () => {
  server.use(http.get('*/v1/status', () => problem(500, 'internal', 'Something broke here')));
  const { user } = openApp('/status');
  expect(await screen.findByRole('alert')).toHaveTextContent('Something broke here');
  server.use(get('/status', () => serviceStatus()));
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await figure('Status accuracy')).toBeInTheDocument();
});

test('operators read in the banner what was expected and what came', async () => {
  const mistake = {
    provider: 'hubspot',
    title: 'Our settings for HubSpot are wrong',
    detail: 'HubSpot rejects our app.',
    expected: 'https://mail.example/oauth/hubspot/callback',
    actual: 'http://mail.example/oauth/hubspot/callback',
  };
  server.use(
    get('/me', () => make.session({ is_operator: true })),
    get('/status', () => serviceStatus({ misconfigurations: [mistake] })),
  );
  openApp('/status');
  expect(await screen.findByText('https://mail.example/oauth/hubspot/callback')).toBeInTheDocument();
  expect(screen.getByText('http://mail.example/oauth/hubspot/callback')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: /Check our apps/ })).toHaveAttribute('href', '/diagnostics?tab=instance');
});
