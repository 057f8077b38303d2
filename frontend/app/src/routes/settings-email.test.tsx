import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import type { Mailbox } from '../lib/types.ts';
import * as make from '../test/fixtures.ts';
import * as mail from '../test/mailboxes.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

vi.setConfig({ testTimeout: 20_000 }); // whole forms are typed, letter by letter

const PAGE = '/settings?tab=email';

const slots = (list: Mailbox[]) =>
  server.use(
    get('/mailboxes', () => make.page(list)),
    get('/integrations', () => ({ data: [mail.google([mail.gmail()]), mail.imap()] })),
  );

const slot = (number: number) => screen.findByRole('region', { name: `Mailbox slot ${number}` });

test('every slot tells its state, and only what needs it has a button that stands out', async () => {
  const failed = mail.mailbox({
    id: 'mbx_3',
    number: 3,
    status: 'failed',
    label: 'Failed',
    reason: 'Google no longer accepts our authorization.',
    connection: mail.gmail({ id: 'conn_g3', status: 'inactive', label: 'Inactive', account_label: 'bob@example.com' }),
  });
  slots([mail.mailbox(), mail.empty(), failed]);
  const { container } = openApp(PAGE);
  const good = within(await slot(1));
  expect(good.getByText('Successful')).toBeInTheDocument();
  expect(good.getByRole('button', { name: 'Test connection ann@example.com' })).toBeEnabled();
  expect(good.getByRole('button', { name: /^Reconnect/ })).toHaveAttribute('data-variant', 'default');
  expect(within(await slot(2)).getByText('Empty')).toBeInTheDocument();
  const bad = within(await slot(3));
  expect(bad.getByText('Failed')).toBeInTheDocument();
  expect(bad.getByText('Inactive')).toBeInTheDocument();
  expect(bad.getByText('Google no longer accepts our authorization.')).toBeInTheDocument();
  expect(bad.getByRole('button', { name: /^Reconnect/ })).toHaveAttribute('data-variant', 'filled');
  const result = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});

test('without a mailbox the page says what one is for and leads to connecting', async () => {
  slots([]);
  openApp(PAGE);
  expect(await screen.findByText('No mailboxes yet')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Add mailbox' })).toHaveAttribute('href', '/integrations#mailboxes');
});

test('who may not touch a mailbox reads why, and can ask an owner', async () => {
  const reason = 'This is somebody else’s mailbox. Ask them, an owner or a manager.';
  slots([mail.mailbox({ own: false, status: 'failed', label: 'Failed', actions: mail.actions(reason) })]);
  const { user } = openApp(PAGE);
  const test = within(await slot(1)).getByRole('button', { name: /^Test connection/ });
  expect(test).toBeDisabled();
  await user.hover(test.parentElement as HTMLElement);
  expect(await screen.findByRole('tooltip')).toHaveTextContent(reason);
  await user.click(await screen.findByRole('button', { name: 'Copy a message for an owner' }));
  expect(await navigator.clipboard.readText()).toContain('mailbox slot 1');
});

test('a failed test is told beside the mailbox and in a toast, with the reason', async () => {
  slots([mail.mailbox()]);
  const checks = [{ name: 'smtp', ok: false, detail: 'Sign in: The password has expired.' }];
  const result = { ok: false, checked_at: make.ago(0), checks, connection: mail.gmail() };
  server.use(http.post('*/v1/connections/conn_g1/test', () => HttpResponse.json(result)));
  const { user } = openApp(PAGE);
  await user.click(within(await slot(1)).getByRole('button', { name: /^Test connection/ }));
  const panel = await within(await slot(1)).findByRole('alert', { name: 'Test result' });
  expect(panel).toHaveTextContent('Sending (SMTP): Sign in: The password has expired.');
  expect(await screen.findByText('ann@example.com does not work')).toBeInTheDocument();
});

test('the drawer saves only what was changed, against the version that was read', async () => {
  slots([mail.mailbox()]);
  let sent: { match: string | null; body: unknown } | undefined;
  server.use(
    get('/mailboxes/mbx_1', () => mail.detail({ settings_version: sent ? 5 : 4 })),
    http.patch('*/v1/mailboxes/mbx_1', async ({ request }) => {
      sent = { match: request.headers.get('If-Match'), body: await request.json() };
      return HttpResponse.json(mail.detail({ settings_version: 5 }));
    }),
  );
  const { user } = openApp(PAGE);
  await user.click(within(await slot(1)).getByRole('button', { name: /^Manage/ }));
  const drawer = within(await screen.findByRole('dialog', { name: 'Manage ann@example.com' }));
  expect(await drawer.findByRole('button', { name: 'Save' })).toBeDisabled();
  await user.type(drawer.getByRole('textbox', { name: 'Sender name' }), 'Ann');
  await user.click(drawer.getByRole('switch', { name: /^Track opens/ }));
  await user.click(drawer.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  expect(sent).toEqual({ match: '"v4"', body: { sender_name: 'Ann', track_opens: false } });
});

test('warming up says when it ends, a signature is shown without rights, and a reset names what it costs', async () => {
  slots([mail.mailbox()]);
  const settings = { ...mail.SETTINGS, signature_html: '<p onclick="alert(1)">Ann</p>', daily_limit: 120 };
  server.use(
    get('/mailboxes/mbx_1', () => mail.detail({ settings, changed_settings: ['daily_limit', 'signature_html'] })),
  );
  const { user } = openApp(PAGE);
  await user.click(within(await slot(1)).getByRole('button', { name: /^Manage/ }));
  await user.click(await screen.findByRole('switch', { name: /^Warm up/ }));
  expect(screen.getByText('It reaches the daily limit after 10 days of sending.')).toBeInTheDocument();
  expect(screen.getByRole('textbox', { name: /^Daily limit per recipient domain/ })).toHaveValue('100');
  await user.click(screen.getByRole('button', { name: 'How it looks below an email' }));
  expect(screen.getByTitle('Signature')).toHaveAttribute('sandbox', '');
  await user.click(screen.getByRole('button', { name: 'What disconnecting would reset now' }));
  expect(screen.getByText(/would go back to them: Daily limit, Signature\./)).toBeInTheDocument();
});

test('a refused save keeps what was typed', async () => {
  slots([mail.mailbox()]);
  server.use(
    get('/mailboxes/mbx_1', () => mail.detail()),
    http.patch('*/v1/mailboxes/mbx_1', () =>
      problem(422, 'validation_error', 'Check the fields', {
        errors: [{ pointer: '#/sender_name', code: 'too_long', detail: 'At most 100 characters' }],
      }),
    ),
  );
  const { user } = openApp(PAGE);
  await user.click(within(await slot(1)).getByRole('button', { name: /^Manage/ }));
  const name = await screen.findByRole('textbox', { name: 'Sender name' });
  await user.type(name, 'A long name');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('At most 100 characters')).toBeInTheDocument();
  expect(name).toHaveValue('A long name');
});

test('an empty slot is reserved before its next mailbox is chosen', async () => {
  slots([mail.empty()]);
  let reserved = false;
  server.use(
    http.post('*/v1/mailboxes/mbx_2/reserve', () => {
      reserved = true;
      return HttpResponse.json(mail.empty({ reserved_until: make.ago(-15) }));
    }),
  );
  const { user, address } = openApp(PAGE);
  await user.click(within(await slot(2)).getByRole('button', { name: /^Connect a mailbox/ }));
  await waitFor(() => expect(address()).toBe('/integrations#mailboxes'));
  expect(reserved).toBe(true);
});

test('a disconnect tells the values now and after, who is hit, and the other way', async () => {
  slots([mail.mailbox()]);
  server.use(
    get('/connections/conn_g1/disconnect-preview', () =>
      mail.preview({
        slot_number: 1,
        pauses: [{ name: 'Autumn', detail: 'Pauses at once.', recipients: 120, next_send_at: make.ago(-60) }],
        recipients_at_stake: 120,
      }),
    ),
  );
  const { user } = openApp(PAGE);
  await user.click(within(await slot(1)).getByRole('button', { name: /^Disconnect/ }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Disconnect ann@example.com?' }));
  const reset = await dialog.findByRole('region', { name: 'Is reset in slot 1' });
  expect(reset).toHaveTextContent('50 mails a day: becomes 200 mails a day');
  const stake = dialog.getByRole('region', { name: 'Campaigns: 120 recipients at stake' });
  expect(stake).toHaveTextContent(/Autumn120 recipients\. Pauses at once\. Next mail: .*GMT/);
  expect(dialog.getByRole('region', { name: 'Reconnect' })).toHaveTextContent('Signature and limits stay.');
  await user.click(dialog.getByRole('button', { name: 'Reconnect instead…' }));
  const both = within(await screen.findByRole('dialog', { name: 'Reconnect ann@example.com' }));
  expect(await both.findByRole('button', { name: 'Reconnect at Google' })).toBeEnabled();
  expect(both.getByRole('region', { name: 'Disconnect, then connect again' })).toHaveTextContent('go back');
});
