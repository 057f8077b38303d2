import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { connections, get, problem, server } from '../test/server.ts';

const OUTLET = make.connection({ id: 'conn_h2', account_label: 'Acme Outlet', external_id: '2' });

test('the cause stands with since when, who must act, one button, and its evidence', async () => {
  server.use(connections([make.inactive()]));
  const { user } = openApp('/integrations/hubspot');
  const panel = await screen.findByRole('region', { name: 'What happened' });
  expect(panel).toHaveTextContent('Access was revoked at HubSpot');
  expect(panel).toHaveTextContent('An owner or manager of your organization');
  expect(within(panel).getByRole('button', { name: 'Reconnect Acme Marketing' })).toBeEnabled();
  await user.click(within(panel).getByRole('button', { name: /Evidence: 2 answers/ }));
  expect(panel).toHaveTextContent('POST api.hubapi.com/oauth/v1/token');
  expect(panel).toHaveTextContent('BAD_REFRESH_TOKEN');
  expect(within(panel).getAllByText('7b0c3f1e-33aa-4c0e').length).toBeGreaterThan(0);
});

test('the account in the address decides what every panel shows', async () => {
  server.use(connections([make.inactive(), OUTLET]));
  const { user, address } = openApp('/integrations/hubspot?account=conn_h2');
  expect(await screen.findByRole('region', { name: 'Account Acme Outlet' })).toBeInTheDocument();
  await user.click(screen.getByRole('combobox', { name: 'Account' }));
  await user.click(await screen.findByRole('option', { name: /Acme Marketing.*Inactive/ }));
  expect(await screen.findByRole('region', { name: 'Account Acme Marketing' })).toBeInTheDocument();
  expect(address()).toContain('account=conn_h1');
});

test('a row of the sync log expands to totals, window and the provider’s error, and is in the address', async () => {
  const error = {
    code: 'provider_unavailable',
    title: 'HubSpot did not answer',
    detail: 'The next run takes up here.',
    provider_code: '503',
    provider_request_id: 'abc-123',
  };
  const failed = make.syncRun({ id: 'sync_3', status: 'failed', partial: true, badge: 'first', error });
  server.use(get('/connections/conn_h1/syncs', () => make.page([failed])));
  const { user, address } = openApp('/integrations/hubspot?tab=syncs');
  const row = await screen.findByRole('row', { name: /Failed, partly stored AutoSync First sync 120/ });
  await user.click(within(row).getByRole('button', { expanded: false }));
  expect(await screen.findByText('HubSpot did not answer')).toBeInTheDocument();
  expect(screen.getByText('84,120')).toBeInTheDocument();
  expect(screen.getByText('req_01J')).toBeInTheDocument();
  expect(address()).toContain('sync=sync_3');
});

test('more of the log is read page by page', async () => {
  server.use(
    http.get('*/v1/connections/conn_h1/syncs', ({ request }) => {
      const second = new URL(request.url).searchParams.get('cursor') === 'c2';
      const run = make.syncRun({ id: second ? 'sync_b' : 'sync_a', type: second ? 'manual' : 'auto' });
      return HttpResponse.json(make.page([run], second ? null : 'c2'));
    }),
  );
  const { user } = openApp('/integrations/hubspot?tab=syncs');
  await user.click(await screen.findByRole('button', { name: 'Show more syncs' }));
  expect(await screen.findByText('Manual')).toBeInTheDocument();
  expect(screen.getByText('AutoSync')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Show more syncs' })).not.toBeInTheDocument();
});

test('settings are saved against the version that was read; widening announces a backfill', async () => {
  let sent: { match: string | null; body: unknown } | undefined;
  server.use(
    http.patch('*/v1/connections/conn_h1', async ({ request }) => {
      sent = { match: request.headers.get('If-Match'), body: await request.json() };
      return HttpResponse.json(make.connection({ history_range: 'all', settings_version: 4 }));
    }),
  );
  const { user } = openApp('/integrations/hubspot?tab=settings');
  expect(await screen.findByRole('button', { name: 'Save settings' })).toBeDisabled();
  await user.click(screen.getByRole('radio', { name: 'All' }));
  expect(screen.getByText(/starts a backfill/)).toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: 'Most recent' }));
  expect(screen.getByText(/Nothing is deleted/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Save settings' }));
  await waitFor(() => expect(sent).toBeDefined());
  expect(sent).toEqual({ match: '"v3"', body: { sync_frequency: 'realtime', history_range: 'days_30' } });
});

test('somebody else’s save in between keeps my choice and says so', async () => {
  server.use(
    http.patch('*/v1/connections/conn_h1', () =>
      problem(412, 'precondition_failed', 'Somebody else changed this meanwhile'),
    ),
  );
  const { user } = openApp('/integrations/hubspot?tab=settings');
  await user.click(await screen.findByRole('radio', { name: 'Daily' }));
  await user.click(screen.getByRole('button', { name: 'Save settings' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Somebody else changed this meanwhile');
  expect(screen.getByRole('radio', { name: 'Daily' })).toBeChecked();
});

test('the history tells who or what changed the status, and why', async () => {
  server.use(
    get('/connections/conn_h1/history', () =>
      make.page([
        make.transition(),
        make.transition({
          id: 'trn_0',
          to_status: 'connected',
          actor: 'user',
          actor_name: 'Owner Example',
          cause_title: null,
        }),
      ]),
    ),
  );
  openApp('/integrations/hubspot?tab=history');
  const items = within(await screen.findByRole('region', { name: 'History' })).findAllByRole('listitem');
  expect((await items)[0]).toHaveTextContent(/Inactive.*Access was revoked at HubSpot.*by the token refresh/);
  expect((await items)[1]).toHaveTextContent(/Connected.*by Owner Example/);
});

test('a receipt tells what came back and what stays unknown', async () => {
  server.use(get('/connections/conn_h1/receipts', () => make.page([make.receipt()])));
  openApp('/integrations/hubspot');
  const receipt = await screen.findByRole('region', { name: 'Reconnect receipt' });
  expect(receipt).toHaveTextContent('New campaigns2');
  expect(receipt).toHaveTextContent('Updated campaigns14');
  expect(receipt).toHaveTextContent('Interim figures');
});

test('back from the provider, the page names the account that was connected', async () => {
  server.use(connections([make.connection(), OUTLET]));
  const { user, address } = openApp('/integrations/hubspot?connected=conn_h2');
  expect(await screen.findByRole('status', { name: 'Connected' })).toHaveTextContent('Acme Outlet is connected');
  await user.click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(address()).not.toContain('connected=');
});

test('a wrong account changes nothing, names both, and offers to add it', async () => {
  const attempt = {
    id: 'oat_1',
    provider: 'hubspot',
    outcome: 'wrong_account',
    title: 'This is a different account',
    detail: 'Nothing was changed.',
    provider_error: null,
    missing_scopes: [],
    expected_account: { external_id: '24001001', label: 'Acme Marketing' },
    actual_account: { external_id: '999', label: 'Other Inc' },
    expected_redirect_uri: null,
    connection_id: 'conn_h1',
    created_at: make.ago(1),
    finished_at: make.ago(0),
  };
  server.use(
    connections([make.inactive()]),
    get('/oauth/attempts/oat_1', () => attempt),
  );
  const { user } = openApp('/integrations/hubspot?attempt=oat_1');
  const result = await screen.findByRole('alert', { name: 'Result' });
  expect(result).toHaveTextContent('Acme Marketing (24001001)');
  expect(result).toHaveTextContent('Other Inc (999)');
  expect(within(result).getByRole('button', { name: 'Try again' })).toBeEnabled();
  await user.click(within(result).getByRole('button', { name: 'Add as a new account' }));
  expect(await screen.findByRole('dialog', { name: 'Connect HubSpot' })).toBeInTheDocument();
});

test('a missing optional permission is named and can be granted', async () => {
  const lacking = make.connection({
    missing_scopes: ['marketing-email'],
    action: { code: 'grant_permission', label: 'Grant the permission' },
  });
  server.use(connections([lacking]));
  openApp('/integrations/hubspot');
  const panel = await screen.findByRole('region', { name: 'Permission missing' });
  expect(panel).toHaveTextContent('marketing-email');
  expect(within(panel).getByRole('button', { name: /Grant the permission/ })).toBeEnabled();
  expect(screen.getAllByText('Permission missing').length).toBeGreaterThan(1);
});

test('an unknown provider is a page that does not exist', async () => {
  openApp('/integrations/nothing');
  expect(await screen.findByRole('heading', { name: 'Page not found' })).toBeInTheDocument();
});
