import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { connections, get, problem, server } from '../test/server.ts';

test('without a session the app leaves for the sign-in page and remembers the way back', async () => {
  const assign = vi.fn();
  vi.stubGlobal('location', { ...window.location, pathname: '/campaigns', search: '?q=sale', assign });
  server.use(http.get('*/v1/me', () => problem(401, 'unauthenticated', 'Sign in first')));
  openApp('/campaigns');
  await waitFor(() => expect(assign).toHaveBeenCalledWith('/sign-in?next=%2Fcampaigns%3Fq%3Dsale'));
});

test.each(['/integration', '/'])('%s leads to Integrations', async (path) => {
  openApp(path);
  expect(await screen.findByRole('heading', { level: 1, name: 'Integrations' })).toBeInTheDocument();
});

test('unread alerts are counted in the navigation', async () => {
  server.use(get('/alerts/unread-count', () => ({ unread: 2 })));
  openApp('/integrations');
  expect(await screen.findByText('2 unread alerts')).toBeInTheDocument();
});

test('an alert carries its cause, and reading it clears the mark', async () => {
  let alerts = [make.alert()];
  server.use(
    get('/alerts', () => make.page(alerts)),
    http.post('*/v1/alerts/alrt_1/read', () => {
      alerts = [make.alert({ read_at: make.ago(0) })];
      return HttpResponse.json(alerts[0]);
    }),
  );
  const { user } = openApp('/alerts');
  const item = await screen.findByRole('article', { name: /Integration disconnected/ });
  await user.click(within(item).getByRole('button', { name: 'What happened' }));
  expect(within(item).getByText('Access was revoked at HubSpot')).toBeInTheDocument();
  await user.click(within(item).getByRole('button', { name: /Mark as read/ }));
  await waitFor(() => expect(screen.queryByRole('button', { name: /Mark as read/ })).not.toBeInTheDocument());
});

test('campaigns show counts with their rates, n/a without a base, and the age of the data', async () => {
  const silent = make.figures({ sent: 0, delivered: 0, delivery_rate: null, open_rate: null });
  const list = [make.campaign(), make.campaign({ id: 'camp_2', name: 'Unsent', figures: silent })];
  server.use(get('/campaigns', () => ({ ...make.page(list), total: 2, data_age: [make.dataAge({ syncing: true })] })));
  openApp('/campaigns');
  expect(await screen.findByRole('row', { name: /November newsletter.*1,000.*950.*95%.*50.*5%/ })).toBeInTheDocument();
  expect(within(screen.getByRole('row', { name: /Unsent/ })).getAllByText('n/a').length).toBe(2);
  expect(screen.getByText(/Data as of/)).toBeInTheDocument();
  expect(screen.getByText(/Sync in progress/)).toBeInTheDocument();
  expect(screen.getByText('Times in Europe/Madrid (GMT+1)')).toBeInTheDocument();
});

test('a campaign says whether its figures still move, until when, and how it bounced', async () => {
  const until = '2026-01-09T12:00:00Z';
  const settled = make.campaign({ id: 'camp_2', name: 'Old', provisional_until: until, settled: true });
  const unread = make.campaign({ id: 'camp_3', name: 'Unread', provisional_until: until });
  const list = [make.campaign({ provisional_until: '2199-11-29T12:00:00Z' }), settled, unread];
  server.use(get('/campaigns', () => ({ ...make.page(list), total: 3, data_age: [make.dataAge()] })));
  openApp('/campaigns');
  const moving = await screen.findByRole('row', { name: /November newsletter/ });
  expect(moving).toHaveTextContent('provisional until Nov 29, 2199');
  expect(moving).toHaveTextContent('30 hard, 20 soft');
  expect(screen.getByRole('row', { name: /^Old/ })).toHaveTextContent('settled');
  expect(screen.getByRole('row', { name: /^Unread/ })).toHaveTextContent('not confirmed');
});

test('filters live in the address, in days of the organization', async () => {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/v1/campaigns', ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json({ ...make.page([]), total: 0, data_age: [make.dataAge()] });
    }),
  );
  const { user, address } = openApp('/campaigns?from=2026-11-01');
  expect(await screen.findByText('No campaign matches')).toBeInTheDocument();
  expect(asked.at(-1)?.get('sent_from')).toBe('2026-10-31T23:00:00.000Z');
  await user.type(screen.getByRole('searchbox', { name: 'Search' }), 'sale');
  await waitFor(() => expect(address()).toContain('q=sale'));
  await waitFor(() => expect(asked.at(-1)?.get('q')).toBe('sale'));
  await user.click(screen.getByRole('button', { name: 'Clear filters' }));
  await waitFor(() => expect(address()).toBe('/campaigns'));
});

test('the dashboard tells what needs attention before what works', async () => {
  const healthy = make.connection({ id: 'conn_h2', account_label: 'Acme Outlet', external_id: '2' });
  server.use(connections([healthy, make.inactive()]));
  openApp('/dashboard');
  const troubled = await screen.findByRole('region', { name: 'Needs attention' });
  expect(troubled).toHaveTextContent('Acme Marketing');
  expect(screen.getByRole('region', { name: 'Working' })).toHaveTextContent('Acme Outlet');
  expect(await screen.findByRole('region', { name: 'Delivered' })).toHaveTextContent('95% of sent');
});

test('an empty organization is told the next step', async () => {
  server.use(connections([]));
  openApp('/dashboard');
  expect(await screen.findByText('No data yet')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Go to Integrations' })).toHaveAttribute('href', '/integrations');
});

test('the organization’s time zone is saved with the version that was read', async () => {
  let sent: unknown;
  server.use(
    http.patch('*/v1/organization', async ({ request }) => {
      sent = { match: request.headers.get('If-Match'), body: await request.json() };
      return HttpResponse.json({ id: 'org_1', name: 'Example Ltd', time_zone: 'Asia/Tokyo', version: 4 });
    }),
  );
  const { user } = openApp('/settings?tab=organization');
  const zone = await screen.findByRole('combobox', { name: 'Time zone' });
  await user.clear(zone);
  await user.type(zone, 'Tokyo');
  await user.click(await screen.findByRole('option', { name: 'Asia/Tokyo (GMT+9)' }));
  await user.click(screen.getByRole('button', { name: 'Save organization' }));
  await waitFor(() => expect(sent).toEqual({ match: '"v3"', body: { name: 'Example Ltd', time_zone: 'Asia/Tokyo' } }));
});

test('a member may look at the organization’s settings only', async () => {
  server.use(get('/me', () => make.member()));
  openApp('/settings?tab=organization');
  expect(await screen.findByRole('textbox', { name: 'Name' })).toBeDisabled();
  expect(screen.getByText(/Only an owner or manager/)).toBeInTheDocument();
});

test('the palette opens on Ctrl+K and goes where it says', async () => {
  const { user } = openApp('/integrations');
  await screen.findByRole('region', { name: 'HubSpot' });
  await user.keyboard('{Control>}k{/Control}');
  await user.click(await screen.findByText('Go to Alerts'));
  expect(await screen.findByRole('heading', { level: 1, name: 'Alerts' })).toBeInTheDocument();
});
