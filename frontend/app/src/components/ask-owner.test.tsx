import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { Asked } from '../lib/types.ts';
import * as pay from '../test/billing.ts';
import * as make from '../test/fixtures.ts';
import * as mail from '../test/mailboxes.ts';
import * as org from '../test/organization.ts';
import { paid } from '../test/paid.ts';
import { openApp } from '../test/render.tsx';
import { connections, get, problem, server } from '../test/server.ts';

const asked = (change: Partial<Asked> = {}): Asked => ({
  asked_at: make.ago(0),
  again_at: make.ago(-24 * 60),
  already_asked: false,
  told: [
    { name: 'Olga Owner', role: 'owner' },
    { name: 'Max Manager', role: 'manager' },
  ],
  ...change,
});

/** A member's view; gives the bodies that were asked with. */
function asMember(answer: () => Response = () => HttpResponse.json(asked())) {
  const bodies: unknown[] = [];
  server.use(
    get('/me', () => org.asker()),
    http.post('*/v1/organization/ask', async ({ request }) => {
      bodies.push(await request.json());
      return answer();
    }),
  );
  return bodies;
}

test('beside a closed button, one click asks for just that and tells who was told', async () => {
  const bodies = asMember();
  server.use(connections([make.connection()]));
  const { user } = openApp('/integrations');
  const button = await screen.findByRole('button', { name: 'Ask an owner to sync Acme Marketing now' });
  await user.click(button);
  expect(await screen.findByText('Asked — 2 people were told: Olga Owner, Max Manager.')).toBeInTheDocument();
  expect(button).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Ask an owner to connect HubSpot' }));
  await waitFor(() =>
    expect(bodies).toEqual([
      { action: 'sync', connection_id: 'conn_h1', provider: null },
      { action: 'connect', connection_id: null, provider: 'hubspot' },
    ]),
  );
});

test('a message to paste stays the second way', async () => {
  asMember();
  const { user } = openApp('/integrations');
  const name = 'Copy a message for an owner, to sync Acme Marketing now';
  await user.click(await screen.findByRole('button', { name }));
  expect(await navigator.clipboard.readText()).toBe(
    `Please sync Acme Marketing now in Mailwarden: ${window.location.origin}/integrations/hubspot?account=conn_h1`,
  );
});

test('who asked already today is told when, and from when on again', async () => {
  asMember(() => HttpResponse.json(asked({ already_asked: true, asked_at: make.ago(120) })));
  const { user } = openApp('/audit-log');
  await user.click(await screen.findByRole('button', { name: 'Ask an owner to look at the audit log' }));
  const told = await screen.findByText(/You asked already/);
  expect(told).toHaveTextContent(/2 hr. ago — 2 people were told: .*You can ask again in/);
});

test('that one asked for enough today stands where it was asked', async () => {
  const detail = 'You asked for 5 things today. Talk to them.';
  asMember(() => {
    const refused = problem(429, 'too_many_requests', 'Too many requests', { detail });
    refused.headers.set('Retry-After', '3600');
    return refused;
  });
  const { user } = openApp('/diagnostics');
  await user.click(await screen.findByRole('button', { name: 'Ask an owner to look at the diagnostics' }));
  expect(await screen.findByText(detail)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: /^Copy a message/ })).toBeEnabled();
});

test('whoever may do it by now gets the page instead', async () => {
  asMember(() => {
    server.use(get('/me', () => org.owner()));
    return problem(409, 'nothing_to_ask', 'There is nothing to ask for', { detail: 'You may do this yourself.' });
  });
  const { user } = openApp('/settings?tab=organization');
  const ask = { name: 'Ask an owner to change the organization’s settings' };
  await user.click(await screen.findByRole('button', ask));
  await waitFor(() => expect(screen.queryByRole('button', ask)).not.toBeInTheDocument());
  expect(screen.getByLabelText('Name')).toBeEnabled();
});

test('a menu asks without closing, and says there what came of it', async () => {
  const bodies = asMember();
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'More actions for Acme Marketing' }));
  await user.click(await screen.findByRole('menuitem', { name: /^Ask an owner to disconnect Acme Marketing/ }));
  expect(await screen.findByText(/^Asked — 2 people were told/)).toBeInTheDocument();
  expect(bodies).toEqual([{ action: 'disconnect', connection_id: 'conn_h1', provider: null }]);
  const result = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});

test('somebody else’s mailbox: a broken one is asked to be reconnected, another to be changed', async () => {
  const actions = mail.actions('This is somebody else’s mailbox.');
  const good = mail.gmail({ id: 'conn_g2', account_label: 'bob@example.com' });
  const bodies = asMember();
  let reconnect = 0;
  server.use(
    get('/mailboxes', () =>
      make.page([
        mail.mailbox({ own: false, status: 'failed', label: 'Failed', actions }),
        mail.mailbox({ id: 'mbx_2', number: 2, own: false, connection: good, actions }),
      ]),
    ),
    http.post('*/v1/connections/conn_g1/ask-reconnect', () => {
      reconnect += 1;
      return HttpResponse.json(asked());
    }),
  );
  const { user } = openApp('/settings?tab=email');
  await user.click(await screen.findByRole('button', { name: 'Ask an owner to reconnect ann@example.com' }));
  await user.click(
    await screen.findByRole('button', { name: 'Ask an owner to change the settings of bob@example.com' }),
  );
  await waitFor(() => expect(screen.getAllByText(/^Asked — 2 people/)).toHaveLength(2));
  expect(reconnect).toBe(1);
  expect(bodies).toEqual([{ action: 'change_connection', connection_id: 'conn_g2', provider: null }]);
});

test.each([
  ['/developers?tab=keys', 'look after API keys', 'manage_api_keys'],
  ['/developers?tab=webhooks', 'look after webhook endpoints', 'manage_webhooks'],
  ['/settings?tab=organization', 'invite or change members', 'manage_members'],
])('%s: %s', async (path, words, action) => {
  const bodies = asMember();
  const { user } = openApp(path);
  await user.click(await screen.findByRole('button', { name: `Ask an owner to ${words}` }));
  await waitFor(() => expect(bodies).toEqual([{ action, connection_id: null, provider: null }]));
});

test('a manager asks for what only owners may: plan and payment, also in the banner', async () => {
  const standing = pay.standing({ status: 'past_due', detail: 'It is tried again.' });
  const manager = pay.manager();
  const session = { ...manager, permissions: [...manager.permissions, 'connections:ask'] };
  paid({ billing: pay.billing({ standing }), session });
  server.use(
    http.post('*/v1/organization/ask', () => HttpResponse.json(asked({ told: [{ name: 'Olga', role: 'owner' }] }))),
  );
  const { user } = openApp('/alerts');
  const banner = within(await screen.findByRole('region', { name: 'A payment failed' }));
  await user.click(await banner.findByRole('button', { name: 'Ask an owner to look after plan and payment' }));
  expect(await banner.findByText('Asked — 1 person was told: Olga.')).toBeInTheDocument();
});

test('while the address is not confirmed, only the message is there', async () => {
  const { user: who, ...usual } = org.asker();
  server.use(
    get('/me', () => ({ ...usual, permissions: ['status:read'], user: { ...who, email_verified: false } })),
    connections([make.connection()]),
  );
  openApp('/integrations');
  expect(await screen.findByRole('button', { name: 'Sync now Acme Marketing' })).toBeDisabled();
  expect(screen.queryByRole('button', { name: /^Ask an owner/ })).not.toBeInTheDocument();
});
