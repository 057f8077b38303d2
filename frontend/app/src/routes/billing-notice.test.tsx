import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { expect, test } from 'vitest';
import * as pay from '../test/billing.ts';
import * as make from '../test/fixtures.ts';
import { ended, inTrial, paid } from '../test/paid.ts';
import { openApp } from '../test/render.tsx';
import { connections, get, problem, server } from '../test/server.ts';

const PAGE = '/settings/billing';

const part = (name: string) => screen.findByRole('region', { name });

test.each([
  ['Your trial ends in 3 days', pay.trial(2.5)],
  ['A payment failed', pay.standing({ status: 'past_due', detail: 'It is tried again.' })],
  ['Your trial is over', pay.over()],
  ['Your plan ends in 2 days', pay.standing({ status: 'canceling', until: pay.inDays(1.5) })],
])('on every page stands: %s', async (title, standing) => {
  paid({ billing: pay.billing({ standing }) });
  const { unmount } = openApp('/alerts');
  const banner = within(await part(title));
  expect(banner.getByRole('link')).toHaveAttribute('href', PAGE);
  unmount();
  paid({ billing: pay.billing({ standing }), session: pay.member() });
  openApp('/alerts');
  expect(within(await part(title)).getByText(/Ask Olga Owner/)).toBeInTheDocument();
});

test('nothing is said while the end is far', async () => {
  paid({ billing: inTrial(13) });
  openApp('/alerts');
  await screen.findByRole('heading', { level: 1, name: 'Alerts' });
  expect(screen.queryByText(/Your trial ends/)).not.toBeInTheDocument();
});

test('while nobody pays, work is stopped with that reason, and disconnecting is not', async () => {
  paid({ billing: ended() });
  server.use(connections([make.connection()]));
  const { user } = openApp('/integrations');
  const test = await screen.findByRole('button', { name: 'Test Acme Marketing' });
  await waitFor(() => expect(test).toBeDisabled());
  expect(screen.getByRole('button', { name: 'Sync now Acme Marketing' })).toBeDisabled();
  expect(screen.getByText('Paused')).toBeInTheDocument();
  await user.hover(test.parentElement as HTMLElement);
  expect(await screen.findByRole('tooltip')).toHaveTextContent(/The trial is over. Choose a plan/);
  await user.click(screen.getByRole('button', { name: 'More actions for Acme Marketing' }));
  expect(await screen.findByRole('menuitem', { name: 'Disconnect…' })).toBeEnabled();
  expect(screen.getByRole('menuitem', { name: /Add another/ })).toHaveAttribute('data-disabled');
});

test('a refusal that comes first leads to billing and brings the banner', async () => {
  let standing = pay.standing();
  paid();
  server.use(
    get('/billing/standing', () => standing),
    http.post('*/v1/connections/conn_h1/test', () => {
      standing = pay.over();
      return problem(402, 'subscription_inactive', 'The subscription is not active', { action: 'open_billing' });
    }),
  );
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'Test Acme Marketing' }));
  expect(await screen.findByRole('link', { name: 'Open billing' })).toHaveAttribute('href', PAGE);
  expect(await part('Your trial is over')).toBeInTheDocument();
});
