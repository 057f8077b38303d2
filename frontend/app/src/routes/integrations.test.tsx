import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import * as make from '../test/fixtures.ts';
import { preview } from '../test/mailboxes.ts';
import { openApp } from '../test/render.tsx';
import { connections, events, get, problem, server } from '../test/server.ts';

const card = (name: string) => screen.findByRole('region', { name });

/** Authorization leaves the page; jsdom cannot, so the address it would go to is caught. */
function catchDeparture() {
  const assign = vi.fn();
  vi.stubGlobal('location', { ...window.location, origin: 'http://localhost:3000', assign });
  return assign;
}

test('a status is a word with its proof of life, and the right action stands first', async () => {
  openApp('/integrations');
  const hubspot = await card('HubSpot');
  expect(within(hubspot).getByText('Connected')).toBeInTheDocument();
  expect(within(hubspot).getByText('Verified')).toBeInTheDocument();
  expect(within(hubspot).getAllByText(/3 min/)[0]).toHaveAttribute('datetime');
  expect(within(hubspot).getByRole('button', { name: 'Sync now Acme Marketing' })).toBeEnabled();
  expect(within(await card('Klaviyo')).getByRole('button', { name: 'Connect Klaviyo' })).toBeEnabled();
});

test('an inactive account names its cause and offers Reconnect, and is shown before healthy ones', async () => {
  const healthy = make.connection({ id: 'conn_h2', account_label: 'Acme Outlet', external_id: '2' });
  server.use(
    connections([healthy, make.inactive()]),
    get('/connections/conn_h1/disconnect-preview', () => preview()),
  );
  const { user } = openApp('/integrations');
  const hubspot = await card('HubSpot');
  expect(within(hubspot).getAllByText('Inactive')[0]).toBeInTheDocument();
  expect(within(hubspot).getByText('Access was revoked at HubSpot')).toBeInTheDocument();
  await user.click(within(hubspot).getByRole('button', { name: 'Reconnect Acme Marketing' }));
  const dialog = await screen.findByRole('dialog', { name: 'Reconnect Acme Marketing' });
  expect(await within(dialog).findByText('Recommended')).toBeInTheDocument();
  expect(within(dialog).getByRole('button', { name: 'Disconnect…' })).toBeInTheDocument();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.getByRole('button', { name: 'Reconnect Acme Marketing' })).toHaveFocus());
});

test('one-click reconnect sends the CSRF token and goes to the provider', async () => {
  const assign = catchDeparture();
  let sent: string | null = null;
  server.use(
    connections([make.inactive()]),
    http.post('*/v1/connections/conn_h1/reconnect', ({ request }) => {
      sent = request.headers.get('X-CSRF');
      return HttpResponse.json({
        authorize_url: 'https://provider.example/authorize',
        attempt_id: 'a',
        expires_at: '',
      });
    }),
  );
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'Reconnect Acme Marketing' }));
  await user.click(await screen.findByRole('button', { name: 'Reconnect at HubSpot' }));
  await waitFor(() => expect(assign).toHaveBeenCalledWith('https://provider.example/authorize'));
  expect(sent).toBe('csrf-1');
});

test('connecting tells what "All" costs and which permissions are asked, then sends the choices', async () => {
  const assign = catchDeparture();
  let body: unknown;
  server.use(
    http.post('*/v1/integrations/klaviyo/connect', async ({ request }) => {
      body = await request.json();
      return HttpResponse.json({ authorize_url: 'https://provider.example/a', attempt_id: 'a', expires_at: '' });
    }),
  );
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'Connect Klaviyo' }));
  const dialog = await screen.findByRole('dialog', { name: 'Connect Klaviyo' });
  expect(within(dialog).getByRole('radio', { name: /Real-time/ })).toBeChecked();
  expect(within(dialog).getByText(/can take an hour/)).toBeInTheDocument();
  expect(within(dialog).getByText('campaigns:read')).toBeInTheDocument();
  await user.click(within(dialog).getByRole('radio', { name: 'All' }));
  await user.click(within(dialog).getByRole('button', { name: 'Continue to Klaviyo' }));
  await waitFor(() => expect(assign).toHaveBeenCalled());
  expect(body).toEqual({ sync_frequency: 'realtime', history_range: 'all' });
});

test('a sync shows its progress at once and follows the stream', async () => {
  const running = make.syncRun({ id: 'sync_7', status: 'running', campaigns_processed: 60, progress: 0.5 });
  server.use(
    http.post('*/v1/connections/conn_h1/syncs', () => HttpResponse.json(running, { status: 202 })),
    get('/syncs/sync_7', () => make.syncRun({ id: 'sync_7', status: 'queued', progress: null, campaigns_total: null })),
    events([running]),
  );
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'Sync now Acme Marketing' }));
  expect(await screen.findByText(/60 of 120 campaigns/)).toBeInTheDocument();
  expect(screen.getByRole('progressbar', { name: 'Sync progress' })).toHaveAttribute('aria-valuenow', '50');
});

test('a refused sync says why beside the button', async () => {
  server.use(
    http.post('*/v1/connections/conn_h1/syncs', () =>
      problem(409, 'connection_inactive', 'Reconnect this account first', { detail: 'Access was revoked.' }),
    ),
  );
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'Sync now Acme Marketing' }));
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Reconnect this account first');
  expect(alert).toHaveTextContent('req_test');
});

test('a failed test lists what was checked', async () => {
  const result = {
    ok: false,
    checked_at: make.ago(0),
    checks: [{ name: 'refresh_token', ok: false, detail: 'no longer active' }],
    connection: make.connection(),
  };
  server.use(http.post('*/v1/connections/conn_h1/test', () => HttpResponse.json(result)));
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'Test Acme Marketing' }));
  expect(await screen.findByRole('alert', { name: 'Test result' })).toHaveTextContent('Renewal: no longer active');
});

test('disconnecting shows what stops, is reset and stays, before the click', async () => {
  let gone = false;
  server.use(
    get('/connections/conn_h1/disconnect-preview', () =>
      preview({
        stops: [{ title: 'Syncing', detail: '' }],
        resets: [{ title: 'Sync frequency', detail: '' }],
        keeps: [{ title: '120 campaigns', detail: '' }],
      }),
    ),
    http.delete('*/v1/connections/conn_h1', () => {
      gone = true;
      return HttpResponse.json(make.connection({ status: 'disconnected' }));
    }),
  );
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'More actions for Acme Marketing' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Disconnect…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Disconnect Acme Marketing?' });
  expect(await within(dialog).findByRole('region', { name: 'Stays' })).toHaveTextContent('120 campaigns');
  expect(within(dialog).getByRole('region', { name: 'Is reset' })).toHaveTextContent('Sync frequency');
  await user.click(within(dialog).getByRole('button', { name: 'Disconnect' }));
  await waitFor(() => expect(gone).toBe(true));
});

test('a member sees everything, with the reason why the buttons rest', async () => {
  server.use(
    get('/me', () => make.member()),
    connections([make.inactive()]),
  );
  const { user } = openApp('/integrations');
  const button = await screen.findByRole('button', { name: 'Reconnect Acme Marketing' });
  expect(button).toBeDisabled();
  await user.hover(button.parentElement as HTMLElement);
  expect(await screen.findByRole('tooltip')).toHaveTextContent('Only an owner or manager');
  expect(await screen.findByRole('button', { name: 'Copy a message for an owner' })).toBeEnabled();
});

test('a provider without a client id says so instead of failing later', async () => {
  server.use(get('/integrations', () => ({ data: [make.integration([], { configured: false })] })));
  openApp('/integrations');
  expect(await screen.findByText('Not set up yet')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Connect HubSpot' })).toBeDisabled();
});

test('when the server cannot be reached the page says so and tries again on request', async () => {
  server.use(http.get('*/v1/integrations', () => HttpResponse.error()));
  const { user } = openApp('/integrations');
  expect(await screen.findByText('Can’t reach the server')).toBeInTheDocument();
  server.use(connections([make.connection()]));
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await card('HubSpot')).toBeInTheDocument();
});

test('incidents and the operator’s mistakes stand above every page', async () => {
  server.use(
    get('/status', () => ({
      incidents: [
        {
          id: 'inc_1',
          provider: 'klaviyo',
          provider_label: 'Klaviyo',
          kind: 'unavailable',
          title: 'Klaviyo is having trouble',
          detail: 'We keep trying.',
          started_at: make.ago(5),
          ended_at: null,
        },
      ],
      misconfigurations: [
        { provider: 'hubspot', title: 'HubSpot rejects our client secret', detail: '', expected: null, actual: null },
      ],
      refresh_scheduler_alive: true,
      refresh_scheduler_seen_at: null,
    })),
  );
  openApp('/integrations');
  expect(await screen.findByText('Klaviyo is having trouble')).toBeInTheDocument();
  expect(screen.getByText(/Your connections are not affected/)).toBeInTheDocument();
});

test('the page’s structure passes axe (colours are checked in a real browser)', async () => {
  server.use(connections([make.inactive(), make.connection({ id: 'conn_h2', external_id: '2' })]));
  const { container } = openApp('/integrations');
  await card('HubSpot');
  const result = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});

test('who comes back from a provider and cannot be served is told why', async () => {
  const { user, address } = openApp('/integrations?error=role_required');
  const told = await screen.findByRole('alert');
  expect(told).toHaveTextContent('Only owners and managers can connect accounts');
  expect(told).toHaveTextContent('The cards below show what is connected.');
  await user.click(within(told).getByRole('button', { name: 'Dismiss' }));
  await waitFor(() => expect(address()).toBe('/integrations'));
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

test('an unknown failure on the way back still says what to do', async () => {
  openApp('/integrations?error=whatever');
  expect(await screen.findByRole('alert')).toHaveTextContent('Start again.');
});
