import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import * as made from '../test/domains.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const owner = get('/me', () => make.session({ permissions: [...make.session().permissions, 'domains:write'] }));
const none = get('/domains/suggestions', () => ({ data: [] }));
const one = (detail = made.domainDetail()) => [
  http.get('*/v1/domains/dom_1', () => HttpResponse.json(detail, { headers: { etag: '"v4"' } })),
  get('/domains/dom_1/checks', () =>
    make.page([
      {
        id: 'dch_1',
        at: make.ago(5),
        trigger: 'schedule',
        took_ms: 240,
        verdicts: { spf: 'valid', 'dkim:s1': 'fault' },
      },
    ]),
  ),
];

test('the list names each record with its word; silence within 48 hours changes none', async () => {
  server.use(
    owner,
    none,
    get('/domains', () => ({ data: [made.sendingDomain()] })),
  );
  openApp('/deliverability/domains');
  const list = await screen.findByRole('list', { name: 'Sending domains' });
  expect(list).toHaveTextContent('SPF: Valid');
  expect(list).toHaveTextContent('DKIM: Fault');
  expect(list).toHaveTextContent('DMARC: Absent');
  expect(list).toHaveTextContent('MX: Valid');
});

test('a domain is added with its selectors and addresses, shared ones apart', async () => {
  let sent: unknown;
  server.use(
    owner,
    get('/domains', () => ({ data: [] })),
    get('/domains/suggestions', () => ({
      data: [{ domain: 'shop.example', account_label: 'Acme', provider: 'klaviyo' }],
    })),
    ...one(),
    http.post('*/v1/domains', async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(made.sendingDomain(), { status: 201 });
    }),
  );
  const { user, address } = openApp('/deliverability/domains');
  expect(await screen.findByRole('heading', { name: 'No domain yet' })).toBeInTheDocument();
  expect(await screen.findByRole('button', { name: /Add shop\.example/ })).toBeEnabled();
  await user.type(screen.getByRole('textbox', { name: 'Domain' }), 'example.com');
  await user.type(screen.getByRole('textbox', { name: 'DKIM selectors' }), 's1{Enter}s2');
  await user.type(screen.getByRole('textbox', { name: /of your own/ }), '198.51.100.7');
  await user.type(screen.getByRole('textbox', { name: /shared with others/ }), '203.0.113.9');
  await user.click(screen.getByRole('button', { name: 'Add the domain' }));
  await waitFor(() => expect(address()).toContain('domain=dom_1'));
  expect(sent).toEqual({
    name: 'example.com',
    selectors: ['s1', 's2'],
    sending_ips: [
      { address: '198.51.100.7', shared: false },
      { address: '203.0.113.9', shared: true },
    ],
  });
});

test('each record: four answers, exact text, what to publish, and what the DNS said', async () => {
  server.use(owner, ...one());
  const { user, container } = openApp('/deliverability/domains?domain=dom_1');
  const dkim = await screen.findByRole('region', { name: 'DKIM s1' });
  expect(dkim).toHaveTextContent('Critical: The key has 512 bits.');
  expect(dkim).toHaveTextContent('v=DKIM1; p=MFww');
  const mx = screen.getByRole('region', { name: 'MX' });
  expect(mx).toHaveTextContent('Cannot tell');
  expect(mx).toHaveTextContent('the last definite answer stands: valid');
  const dmarc = screen.getByRole('region', { name: 'DMARC' });
  expect(within(dmarc).getByRole('region', { name: 'To publish at _dmarc.example.com' })).toHaveTextContent(
    'v=DMARC1; p=none; rua=mailto:dmarc@example.com',
  );
  await user.click(within(dmarc).getByRole('button', { name: /Copy value/ }));
  expect(await navigator.clipboard.readText()).toBe('v=DMARC1; p=none; rua=mailto:dmarc@example.com');
  expect(screen.getByText(/can take 24 to 48 hours/)).toBeInTheDocument();
  expect(screen.getByText(/since something is changing/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Raw answers of the DNS (2)' }));
  expect(await screen.findByRole('row', { name: /example\.com MX Nobody could tell: timeout/ })).toBeInTheDocument();
  expect(screen.getByRole('link', { name: /Klaviyo’s own page/ })).toBeInTheDocument();
  expect(await screen.findByText(/DKIM s1: fault/)).toBeInTheDocument();
  const found = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations.map((v) => v.id)).toEqual([]);
});

test('Verify now asks, and says why it could not', async () => {
  let times = 0;
  server.use(
    owner,
    ...one(),
    http.post('*/v1/domains/dom_1/verify', () => {
      times += 1;
      return times === 1
        ? problem(402, 'subscription_inactive', 'Your plan has ended')
        : HttpResponse.json(made.domainDetail());
    }),
  );
  const { user } = openApp('/deliverability/domains?domain=dom_1');
  await user.click(await screen.findByRole('button', { name: 'Verify now' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Your plan has ended');
  await user.click(screen.getByRole('button', { name: 'Verify now' }));
  expect(await screen.findByText('The DNS was asked anew')).toBeInTheDocument();
});

test('a change names the version that was shown', async () => {
  let sent: unknown;
  server.use(
    owner,
    ...one(),
    http.patch('*/v1/domains/dom_1', async ({ request }) => {
      sent = { match: request.headers.get('if-match'), body: await request.json() };
      return HttpResponse.json(made.sendingDomain());
    }),
  );
  const { user } = openApp('/deliverability/domains?domain=dom_1');
  const box = await screen.findByRole('textbox', { name: 'DKIM selectors' });
  await user.type(box, '{Enter}s2');
  await user.click(screen.getByRole('button', { name: 'Save and look anew' }));
  expect(await screen.findByText('The records are being looked at anew.')).toBeInTheDocument();
  expect(sent).toEqual({
    match: '"v4"',
    body: { selectors: ['s1', 's2'], sending_ips: [{ address: '198.51.100.7', shared: false }] },
  });
});

test('members see all of it, and whom to ask', async () => {
  server.use(
    get('/me', () => {
      const me = make.member();
      const refused = { permission: 'domains:write', roles: ['owner', 'manager'], reason: 'Ask one of them.' };
      return { ...me, not_allowed: [...me.not_allowed, refused] };
    }),
    ...one(),
  );
  openApp('/deliverability/domains?domain=dom_1');
  expect(await screen.findByRole('button', { name: 'Verify now' })).toBeDisabled();
  expect(screen.getByText(/Only an owner or manager can do this/)).toBeInTheDocument();
});
