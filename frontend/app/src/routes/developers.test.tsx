import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import * as make from '../test/fixtures.ts';
import * as org from '../test/organization.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const SCOPES = [
  { scope: 'status:read', description: 'See the state', grantable: true },
  { scope: 'data:read', description: 'Read campaigns', grantable: true },
  { scope: 'billing:read', description: 'See invoices', grantable: false },
];

beforeEach(() =>
  server.use(
    get('/me', () => org.owner()),
    get('/api-keys', () => ({ data: [org.apiKey()] })),
    get('/api-scopes', () => ({ data: SCOPES })),
    get('/event-types', () => ({ data: [{ type: 'sync.succeeded', description: 'A sync is done.' }] })),
    get('/webhook-endpoints', () => ({ data: [org.endpoint()] })),
    get('/webhook-endpoints/whe_1', () => org.endpoint()),
    get('/webhook-endpoints/whe_1/deliveries', () => make.page([org.delivery()])),
    get('/webhook-endpoints/whe_1/deliveries/whd_1', () => ({
      ...org.delivery(),
      attempts: [{ at: make.ago(10), http_status: 503, duration_ms: 120, error: 'http_status' }],
    })),
  ),
);

test('a key is made within one’s own rights, and its secret shown once', async () => {
  let body: Record<string, unknown> = {};
  server.use(
    http.post('*/v1/api-keys', async ({ request }) => {
      body = (await request.json()) as Record<string, unknown>;
      return HttpResponse.json({ key: org.apiKey({ id: 'key_2' }), secret: 'mw_live_SECRET' }, { status: 201 });
    }),
  );
  const { user } = openApp('/developers');
  await user.click(await screen.findByRole('button', { name: 'Create key…' }));
  const form = await screen.findByRole('dialog', { name: 'Create an API key' });
  expect(await within(form).findByRole('checkbox', { name: 'See invoices' })).toBeDisabled();
  await user.type(within(form).getByLabelText('Name'), 'Export');
  await user.click(within(form).getByRole('checkbox', { name: 'Read campaigns' }));
  await user.click(within(form).getByRole('button', { name: 'Create key' }));
  const shown = await screen.findByRole('dialog', { name: /^Your key/ });
  expect(within(shown).getByText('mw_live_SECRET')).toBeInTheDocument();
  expect(body).toMatchObject({ name: 'Export', scopes: ['status:read'], allowed_ips: [] });
  await user.keyboard('{Escape}');
  expect(screen.getByText('mw_live_SECRET')).toBeInTheDocument();
  await user.click(within(shown).getByRole('button', { name: 'I have kept it' }));
  await waitFor(() => expect(screen.queryByText('mw_live_SECRET')).not.toBeInTheDocument());
});

test('a key is rotated with an overlap and revoked for good', async () => {
  const calls: unknown[] = [];
  server.use(
    http.post('*/v1/api-keys/key_1/rotate', async ({ request }) => {
      calls.push(await request.json());
      return HttpResponse.json({ key: org.apiKey(), secret: 'mw_live_NEW' }, { status: 201 });
    }),
    http.delete('*/v1/api-keys/key_1', () => {
      calls.push('revoked');
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp('/developers');
  await user.click(await screen.findByRole('button', { name: 'Rotate… Nightly export' }));
  await user.click(await screen.findByRole('button', { name: 'Make the new key' }));
  expect(await screen.findByText('mw_live_NEW')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'I have kept it' }));
  await user.click(await screen.findByRole('button', { name: 'Revoke… Nightly export' }));
  await user.click(await screen.findByRole('button', { name: 'Revoke the key' }));
  await waitFor(() => expect(calls).toEqual([{ overlap_hours: 24 }, 'revoked']));
});

test('what a key lost with its maker’s role is told', async () => {
  const { user } = openApp('/developers');
  await user.click(await screen.findByRole('button', { name: '2 scopes of Nightly export' }));
  expect(screen.getByText(/Not any more.*data:read/)).toBeInTheDocument();
});

test('an endpoint is added for some events, and a refused address is told at its field', async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post('*/v1/webhook-endpoints', async ({ request }) => {
      bodies.push(await request.json());
      if (bodies.length === 1) {
        const errors = [{ pointer: '#/url', detail: 'This host is in a private network.' }];
        return problem(422, 'url_not_allowed', 'The address is not allowed', { errors });
      }
      return HttpResponse.json({ ...org.endpoint(), secret: 'whsec_ONCE' }, { status: 201 });
    }),
  );
  const { user } = openApp('/developers?tab=webhooks');
  await user.click(await screen.findByRole('button', { name: 'Add endpoint…' }));
  const form = await screen.findByRole('dialog', { name: 'Add a webhook endpoint' });
  await user.type(within(form).getByLabelText('Address'), 'https://10.0.0.1/');
  await user.click(within(form).getByRole('radio', { name: 'Only these' }));
  await user.click(await within(form).findByRole('checkbox', { name: 'sync.succeeded' }));
  await user.click(within(form).getByRole('button', { name: 'Add endpoint' }));
  expect(await within(form).findByText('This host is in a private network.')).toBeInTheDocument();
  await user.click(within(form).getByRole('button', { name: 'Add endpoint' }));
  expect(await screen.findByText('whsec_ONCE')).toBeInTheDocument();
  expect(bodies[1]).toEqual({ url: 'https://10.0.0.1/', description: '', event_types: ['sync.succeeded'] });
});

test('an endpoint’s delivery shows its attempts and is sent again', async () => {
  let replayed = false;
  server.use(
    http.post('*/v1/webhook-endpoints/whe_1/deliveries/whd_1/replay', () => {
      replayed = true;
      return HttpResponse.json({ ...org.delivery({ status: 'pending' }), attempts: [] }, { status: 202 });
    }),
  );
  const { user, address } = openApp('/developers/webhooks/whe_1');
  await user.click(await screen.findByRole('link', { name: 'sync.succeeded number 41' }));
  const drawer = await screen.findByRole('dialog', { name: 'Delivery' });
  expect(await within(drawer).findByText('503 in 120 ms')).toBeInTheDocument();
  expect(address()).toContain('delivery=whd_1');
  await user.click(within(drawer).getByRole('button', { name: 'Send again' }));
  await waitFor(() => expect(replayed).toBe(true));
});

test('an endpoint is disabled against the version that was seen', async () => {
  let seen: unknown;
  server.use(
    http.patch('*/v1/webhook-endpoints/whe_1', async ({ request }) => {
      seen = { match: request.headers.get('if-match'), body: await request.json() };
      return HttpResponse.json(org.endpoint({ enabled: false, version: 5 }));
    }),
  );
  const { user } = openApp('/developers/webhooks/whe_1');
  await user.click(await screen.findByRole('button', { name: 'Disable' }));
  await waitFor(() => expect(seen).toEqual({ match: '"v4"', body: { enabled: false } }));
});

test('members see their devices and why the rest is closed', async () => {
  server.use(
    get('/me', () => org.asker()),
    get('/me/devices', () => ({
      data: [
        {
          id: 'dev_1',
          name: 'Chrome on Linux',
          program: 'Browser extension',
          organization_id: 'org_1',
          organization_name: 'Example Ltd',
          scopes: ['messages:send'],
          created_at: make.ago(60),
          last_used_at: make.ago(1),
          expires_at: make.ago(-600),
        },
      ],
    })),
  );
  const { user } = openApp('/developers');
  expect(await screen.findByRole('button', { name: 'Sign out… Chrome on Linux' })).toBeInTheDocument();
  await user.click(screen.getByRole('tab', { name: 'API keys' }));
  expect(await screen.findByText(/Ask Olga Owner\./)).toBeInTheDocument();
});
