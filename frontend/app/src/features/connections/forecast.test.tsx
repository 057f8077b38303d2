import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import * as make from '../../test/fixtures.ts';
import { openApp } from '../../test/render.tsx';
import { connections, server } from '../../test/server.ts';
import { headline, urgency, whatHelps } from './forecast-words.ts';

const DAY = 60 * 24;
const forecast = (days: number, reason: 'unused' | 'age' | 'announced' = 'age') => ({
  dies_at: make.ago(-days * DAY),
  reason,
  detail: 'HubSpot ends authorizations of our app a fixed time after the consent. Only a new consent helps.',
});

test.each([
  [0.5, 'danger'],
  [5, 'warning'],
  [20, 'brand'],
  [90, 'gray'],
])('%d days before the end the tone is %s', (days, tone) => {
  expect(urgency(forecast(days))).toBe(tone);
});

test('what dies of disuse is renewed by us, and only a renewal that fails needs anybody', () => {
  const unused = forecast(90, 'unused');
  expect(headline(unused, 'Feb 1')).toBe('This authorization ends on Feb 1 unless it is renewed');
  expect(whatHelps(unused, 'gray')).toBe('Nothing for you to do.');
  expect(whatHelps(unused, 'warning')).toMatch(/A reconnect starts the time anew/);
});

test('card and page say when an authorization ends, why, and what helps', async () => {
  server.use(connections([make.connection({ forecast: forecast(5) })]));
  openApp('/integrations');
  const note = await screen.findByRole('region', { name: 'Forecast' });
  expect(note).toHaveTextContent(/This authorization ends on .*Because HubSpot ends.*A reconnect before that date/);
});

test('the page offers to reconnect ahead of time', async () => {
  server.use(connections([make.connection({ forecast: forecast(5) })]));
  const { user } = openApp('/integrations/hubspot');
  const panel = await screen.findByRole('region', { name: 'Forecast' });
  await user.click(within(panel).getByRole('button', { name: 'Reconnect now Acme Marketing' }));
  expect(await screen.findByRole('dialog', { name: 'Reconnect Acme Marketing' })).toBeInTheDocument();
});

test('a date far away stands on the page only', async () => {
  server.use(connections([make.connection({ forecast: forecast(90) })]));
  openApp('/integrations');
  expect(await screen.findByRole('button', { name: 'Sync now Acme Marketing' })).toBeInTheDocument();
  expect(screen.queryByRole('region', { name: 'Forecast' })).not.toBeInTheDocument();
});
