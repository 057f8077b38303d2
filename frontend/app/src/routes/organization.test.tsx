import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import * as make from '../test/fixtures.ts';
import * as org from '../test/organization.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const PAGE = '/settings?tab=organization';

const people = (
  members = [org.person({ id: 'usr_1', name: 'Owner Example', role: 'owner', you: true }), org.person()],
) =>
  server.use(
    get('/me', () => org.owner()),
    get('/members', () => members),
    get('/invitations', () => [org.invitation()]),
    get('/organization/connections-of-former-members', () => [
      {
        connection_id: 'conn_9',
        provider: 'google',
        account_label: 'gone@example.com',
        status: 'connected',
        advice: 'Connect it with an account that stays.',
      },
    ]),
  );

test('a role is changed where one stands; making an owner is asked for once more', async () => {
  const bodies: unknown[] = [];
  people();
  server.use(
    http.patch('*/v1/members/usr_2', async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(org.person());
    }),
  );
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('combobox', { name: 'Role of Mia Member' }));
  await user.click(await screen.findByRole('option', { name: 'Manager' }));
  await waitFor(() => expect(bodies).toEqual([{ role: 'manager' }]));
  await user.click(await screen.findByRole('combobox', { name: 'Role of Mia Member' }));
  await user.click(await screen.findByRole('option', { name: 'Owner' }));
  const dialog = await screen.findByRole('dialog', { name: 'Make Mia Member an owner?' });
  expect(bodies).toHaveLength(1);
  await user.click(within(dialog).getByRole('button', { name: 'Make them owner' }));
  await waitFor(() => expect(bodies).toEqual([{ role: 'manager' }, { role: 'owner' }]));
});

test('removing says what stays; what hangs on who left is listed with advice', async () => {
  let removed = false;
  people();
  server.use(
    http.delete('*/v1/members/usr_2', () => {
      removed = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Remove… Mia Member' }));
  const dialog = await screen.findByRole('dialog', { name: 'Remove Mia Member?' });
  await user.click(within(dialog).getByRole('button', { name: 'Remove Mia Member' }));
  await waitFor(() => expect(removed).toBe(true));
  expect(await screen.findByText('Connect it with an account that stays.')).toBeInTheDocument();
});

test('who may not be changed shows why, and controls do nothing', async () => {
  const refusal = 'Only an owner decides who is an owner.';
  people([org.person({ name: 'Otto Owner', role: 'owner', may_change: false, refusal })]);
  openApp(PAGE);
  expect(await screen.findByRole('combobox', { name: 'Role of Otto Owner' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Remove… Otto Owner' })).toBeDisabled();
});

test('somebody is invited; that they are invited already is told', async () => {
  people();
  server.use(http.post('*/v1/invitations', () => problem(409, 'already_invited', 'They are invited already')));
  const { user } = openApp(PAGE);
  await user.type(await screen.findByLabelText('E-mail'), 'new@example.com');
  await user.click(screen.getByRole('button', { name: 'Send invitation' }));
  expect(await screen.findByText('They are invited already')).toBeInTheDocument();
});

test('an invitation can be sent again and revoked', async () => {
  const calls: string[] = [];
  people();
  server.use(
    http.post('*/v1/invitations/inv_1/resend', () => {
      calls.push('resend');
      return HttpResponse.json(org.invitation(), { status: 202 });
    }),
    http.delete('*/v1/invitations/inv_1', () => {
      calls.push('revoke');
      return HttpResponse.json(org.invitation({ status: 'revoked' }));
    }),
  );
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Send again to new@example.com' }));
  await waitFor(() => expect(calls).toEqual(['resend']));
  await user.click(screen.getByRole('button', { name: 'Revoke… new@example.com' }));
  await user.click(await screen.findByRole('button', { name: 'Revoke it' }));
  await waitFor(() => expect(calls).toEqual(['resend', 'revoke']));
});

test('ownership goes to somebody else with the role one keeps', async () => {
  let body: unknown;
  people();
  server.use(
    http.post('*/v1/organization/transfer-ownership', async ({ request }) => {
      body = await request.json();
      return HttpResponse.json([]);
    }),
  );
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Transfer ownership…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Transfer ownership' });
  await user.click(within(dialog).getByRole('combobox', { name: 'New owner' }));
  await user.click(await screen.findByRole('option', { name: /Mia Member/ }));
  await user.click(within(dialog).getByRole('button', { name: 'Transfer ownership' }));
  await waitFor(() => expect(body).toEqual({ member_id: 'usr_2', my_role: 'manager' }));
});

test('a member reads whom to ask instead', async () => {
  server.use(get('/me', () => org.asker()));
  openApp(PAGE);
  const list = await screen.findByRole('list', { name: 'Whom to ask' });
  expect(list).toHaveTextContent('Olga Owner · Owner');
});

test('the last owner who leaves is told what to do first', async () => {
  people();
  server.use(http.post('*/v1/organization/leave', () => problem(409, 'last_owner', 'One owner remains')));
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Leave Example Ltd…' }));
  await user.click(await screen.findByRole('button', { name: 'Leave' }));
  expect(await screen.findByText('One owner remains')).toBeInTheDocument();
});

test('a member asks for a reconnect with one click, and reads who was told', async () => {
  server.use(
    get('/me', () => org.asker()),
    get('/integrations', () => ({
      data: [
        make.integration([make.connection({ status: 'inactive', action: { code: 'reconnect', label: 'Reconnect' } })]),
      ],
    })),
    http.post('*/v1/connections/:id/ask-reconnect', () =>
      HttpResponse.json({
        asked_at: make.ago(0),
        again_at: make.ago(-60),
        already_asked: false,
        told: [{ name: 'Olga Owner', role: 'owner' }],
      }),
    ),
  );
  const { user } = openApp('/integrations/hubspot');
  await user.click((await screen.findAllByRole('button', { name: /^Ask an owner to reconnect/ }))[0] as HTMLElement);
  expect(await screen.findByText('Asked — 1 person was told: Olga Owner.')).toBeInTheDocument();
  expect(screen.getAllByRole('button', { name: /^Reconnect/ })[0]).toBeDisabled();
});

test('the audit log is filtered by the address, opened, and exported with the same filters', async () => {
  const asked: string[] = [];
  server.use(
    get('/me', () => org.owner()),
    get('/members', () => [org.person()]),
    http.get('*/v1/audit-log', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json(make.page([org.entry()]));
    }),
  );
  const { user } = openApp('/audit-log?action=member.&from=2026-11-01');
  await user.click(await screen.findByRole('button', { name: 'Member: role changed details' }));
  expect(screen.getByText('manager')).toBeInTheDocument();
  expect(asked[0]).toContain('action=member.');
  expect(asked[0]).toContain('since=2026-10-31T23');
  const link = screen.getByRole('link', { name: 'Export CSV' });
  expect(link).toHaveAttribute('href', expect.stringMatching(/export\?action=member\.&since=2026-10-31.*format=csv/));
});
