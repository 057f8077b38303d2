import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import type { Discovery, Integration } from '../lib/types.ts';
import * as make from '../test/fixtures.ts';
import * as mail from '../test/mailboxes.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

vi.setConfig({ testTimeout: 20_000 }); // whole forms are typed, letter by letter

const show = (list: Integration[]) =>
  server.use(
    get('/integrations', () => ({ data: list })),
    get('/mailboxes', () => make.page([mail.mailbox()])),
  );

const found = (answer: Discovery) =>
  server.use(http.post('*/v1/integrations/imap/discover', () => HttpResponse.json(answer)));

async function findServers(answer: Discovery) {
  show([mail.google([]), mail.imap()]);
  found(answer);
  const app = openApp('/integrations');
  await app.user.click(await screen.findByRole('button', { name: 'Connect IMAP/SMTP' }));
  await app.user.type(await screen.findByRole('textbox', { name: 'E-mail address' }), answer.address);
  await app.user.click(screen.getByRole('button', { name: 'Find servers' }));
  await screen.findByLabelText('Password');
  return app;
}

test('mailboxes stand apart, with their slot and without a sync', async () => {
  show([make.integration([make.connection()]), mail.google([mail.gmail()])]);
  openApp('/integrations');
  const card = within(await screen.findByRole('region', { name: 'Google' }));
  expect(await card.findByText('Successful')).toBeInTheDocument();
  expect(card.getByText('Slot')).toBeInTheDocument();
  expect(card.queryByText('Next sync')).not.toBeInTheDocument();
  expect(card.queryByRole('button', { name: /Sync now/ })).not.toBeInTheDocument();
  expect(within(screen.getByRole('region', { name: 'Mailboxes' })).queryByText('HubSpot')).not.toBeInTheDocument();
  expect(screen.getByRole('button', { name: /Sync now Acme/ })).toBeInTheDocument();
});

test('a member connects a mailbox, but not an account of the organization', async () => {
  server.use(get('/me', () => make.session({ role: 'member', permissions: ['status:read', 'mailboxes:own'] })));
  show([make.integration([]), mail.google([])]);
  openApp('/integrations');
  expect(await screen.findByRole('button', { name: 'Connect Google' })).toBeEnabled();
  expect(screen.getByRole('button', { name: 'Connect HubSpot' })).toBeDisabled();
});

test('what is asked of Google is listed with its reason, and nothing about syncs', async () => {
  show([mail.google([])]);
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'Connect Google' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Connect Google' }));
  expect(dialog.getByText('gmail.readonly')).toBeInTheDocument();
  expect(dialog.getByText('Finds replies and bounces.')).toBeInTheDocument();
  expect(dialog.getByText('optional')).toBeInTheDocument();
  expect(dialog.queryByText('Sync frequency')).not.toBeInTheDocument();
});

test('a permission that was not given is named with the work that is refused', async () => {
  const lacking = mail.gmail({
    label: 'Permission missing',
    missing_scopes: ['gmail.readonly'],
    action: { code: 'grant_permission', label: 'Grant the missing permission' },
  });
  show([mail.google([lacking])]);
  openApp('/integrations/google');
  const panel = await screen.findByRole('region', { name: 'Permission missing' });
  expect(panel).toHaveTextContent('Finds replies and bounces.');
  expect(within(panel).getAllByRole('button')).toHaveLength(1);
});

test('discovery fills the form and says where each setting came from', async () => {
  const { user } = await findServers(mail.discovery({ hint: 'Use an app password.', help_url: 'https://x.example/' }));
  const reading = within(screen.getByRole('group', { name: 'Reading (IMAP)' }));
  expect(reading.getByRole('textbox', { name: 'Server' })).toHaveValue('imap.example.com');
  expect(reading.getByText('Published by example.com for mail programs.')).toBeInTheDocument();
  expect(screen.getByText('Use an app password.')).toBeInTheDocument();
  await user.click(reading.getByRole('radio', { name: 'STARTTLS' }));
  expect(reading.getByRole('textbox', { name: 'Port' })).toHaveValue('143');
  expect(reading.getByText('Changed by you.')).toBeInTheDocument();
  await user.type(screen.getByLabelText('Password'), 'secret');
  await user.click(screen.getByRole('button', { name: 'Show Password' }));
  expect(screen.getByLabelText('Password')).toHaveAttribute('type', 'text');
});

test('a mailbox at Google is led there, and may go on by IMAP', async () => {
  const { user } = await findServers(mail.discovery({ better_by: 'google', found_by: 'preset', label: 'Gmail' }));
  expect(screen.getByRole('button', { name: 'Test and connect' })).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Connect at Google instead' }));
  expect(await screen.findByRole('dialog', { name: 'Connect Google' })).toBeInTheDocument();
});

test('a failed test answers every step and keeps what was typed; then it connects', async () => {
  const sent: unknown[] = [];
  const answers = [
    { ok: false, steps: mail.REFUSED, connection: null },
    { ok: true, steps: [mail.step()], connection: mail.byPassword() },
  ];
  server.use(
    http.post('*/v1/integrations/imap/connect', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(answers[sent.length - 1]);
    }),
  );
  const { user, address } = await findServers(mail.discovery());
  await user.type(screen.getByLabelText('Password'), 'wrong');
  await user.click(screen.getByRole('button', { name: 'Test and connect' }));
  const result = await screen.findByRole('alert', { name: 'Test result' });
  expect(result).toHaveTextContent('Reach the server: passed');
  expect(result).toHaveTextContent('Sign in: failedThe server does not accept this user name or password.Check both.');
  expect(result).toHaveTextContent('AUTHENTICATIONFAILED');
  expect(result).toHaveTextContent('Read the inbox: not reached');
  expect(screen.getByLabelText('Password')).toHaveValue('wrong');
  await user.clear(screen.getByLabelText('Password'));
  await user.type(screen.getByLabelText('Password'), 'right');
  await user.click(screen.getByRole('button', { name: 'Test and connect' }));
  await waitFor(() => expect(address()).toBe('/integrations/imap?connected=conn_p1'));
  expect(sent[1]).toEqual({
    address: 'ann@example.com',
    username: 'ann@example.com',
    password: 'right',
    imap: { host: 'imap.example.com', port: 993, security: 'tls' },
    smtp: { host: 'smtp.example.com', port: 465, security: 'tls' },
  });
});

test('a refusal of the server itself loses nothing either', async () => {
  server.use(
    http.post('*/v1/integrations/imap/test', () =>
      problem(422, 'validation_error', 'Check the fields', {
        errors: [{ pointer: '#/smtp/host', code: 'value_error', detail: 'a host name or an address' }],
      }),
    ),
  );
  const { user } = await findServers(mail.discovery());
  await user.type(screen.getByLabelText('Password'), 'secret');
  await user.click(screen.getByRole('button', { name: 'Test' }));
  const sending = within(await screen.findByRole('group', { name: 'Sending (SMTP)' }));
  expect(await sending.findByText('a host name or an address')).toBeInTheDocument();
  expect(screen.getByLabelText('Password')).toHaveValue('secret');
});

test('a password mailbox is renewed by its new password alone; a second pair is asked for where there is one', async () => {
  const broken = mail.byPassword({ status: 'inactive', label: 'Inactive', card: make.causeCard() });
  broken.action = { code: 'reconnect', label: 'Reconnect' };
  show([mail.imap([broken])]);
  const sent: unknown[] = [];
  server.use(
    get('/connections/conn_p1/disconnect-preview', () => mail.preview()),
    http.post('*/v1/connections/conn_p1/credentials', async ({ request }) => {
      sent.push(await request.json());
      if (sent.length === 1) return problem(422, 'smtp_credentials', 'SMTP has a password of its own here');
      return HttpResponse.json({ ok: true, steps: [], connection: mail.byPassword() });
    }),
  );
  const { user } = openApp('/integrations');
  await user.click(await screen.findByRole('button', { name: 'Reconnect ann@example.com' }));
  await user.type(await screen.findByLabelText('Password'), 'new one');
  await user.click(screen.getByRole('button', { name: 'Test and reconnect' }));
  await user.type(await screen.findByLabelText('SMTP password'), 'second');
  await user.click(screen.getByRole('button', { name: 'Test and reconnect' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  expect(sent[0]).toEqual({ password: 'new one', username: null });
  expect(sent[1]).toEqual({ password: 'new one', username: null, smtp_username: null, smtp_password: 'second' });
});
