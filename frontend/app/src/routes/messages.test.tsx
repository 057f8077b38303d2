import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import type { MessageDetail } from '../lib/types.ts';
import * as make from '../test/fixtures.ts';
import * as mail from '../test/messages.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  window.sessionStorage.clear();
  server.use(...mail.surroundings());
});

const one = (message: MessageDetail) =>
  server.use(
    get(`/messages/${message.id}`, () => message),
    get('/messages/:id/activity', () => mail.activity()),
  );

/** A busy machine loads the parts of a page slowly. */
const PATIENT = { timeout: 15_000 };
const status = async () => within(await screen.findByRole('region', { name: 'Status' }, PATIENT));

test('the list tells of each email where it stands, and its filters reach the server', async () => {
  const asked: string[] = [];
  const list = [
    mail.message({ id: 'msg_q', subject: 'Waiting', state: 'queued', queued_at: make.ago(1), due_at: make.ago(-60) }),
    mail.message({
      id: 'msg_s',
      subject: 'Answered',
      state: 'sent',
      sent_at: make.ago(9),
      recipients: [
        mail.recipient({ state: 'accepted', replied_at: make.ago(1) }),
        mail.recipient({ address: 'bob@else.example', state: 'bounced', bounce_kind: 'hard' }),
      ],
    }),
    mail.message({ id: 'msg_f', subject: 'Stuck', state: 'failed', failure_code: 'connection_inactive' }),
  ];
  server.use(
    http.get('*/v1/messages', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json(make.page(list));
    }),
  );
  const { user, container, address } = openApp('/messages');
  const row = async (name: string) => within((await screen.findByRole('link', { name })).closest('tr') as HTMLElement);
  await screen.findByRole('heading', { name: 'My Emails' }, PATIENT);
  expect((await row('Waiting')).getByText(/^Not before/)).toBeInTheDocument();
  expect((await row('Answered')).getByText('Replied (1 of 2)')).toBeInTheDocument();
  expect((await row('Answered')).getByText('Bounced (1 of 2)')).toBeInTheDocument();
  expect((await row('Stuck')).getByText('Its mailbox was not connected any more')).toBeInTheDocument();
  const result = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
  await user.click(screen.getByRole('searchbox', { name: 'Search' }));
  await user.paste('ada');
  await waitFor(() => expect(asked.at(-1)).toContain('q=ada'));
  expect(address()).toContain('q=ada');
});

test('without any integration the page warns, and the way to connect one leads back', async () => {
  server.use(
    get('/sending/usability', () => mail.nothingUsable()),
    get('/messages', () => make.page([])),
  );
  const { user, address } = openApp('/messages');
  expect(await screen.findByText('No active integrations')).toBeInTheDocument();
  expect(await screen.findByText('No emails yet')).toBeInTheDocument();
  await user.click(screen.getByRole('link', { name: 'Connect a mailbox' }));
  await waitFor(() => expect(address()).toBe('/integrations#mailboxes'));
  await user.click(await screen.findByRole('button', { name: 'Go back to My Emails' }, PATIENT));
  await waitFor(() => expect(address()).toBe('/messages'));
});

test('who may not send sees why', async () => {
  server.use(
    get('/me', () => make.member()),
    get('/messages', () => make.page([])),
  );
  openApp('/messages');
  expect(await screen.findByRole('button', { name: 'New email' })).toBeDisabled();
});

test('a sent email tells each recipient apart, and people from machines', async () => {
  const bounced = mail.recipient({
    address: 'gone@else.example',
    state: 'bounced',
    state_detail: 'The mailbox does not exist.',
    bounce_kind: 'hard',
    bounce_code: '5.1.1',
    bounced_at: make.ago(2),
  });
  const attempts = [mail.attempt()];
  const recipients = [mail.recipient({ state: 'accepted' }), bounced];
  one(mail.message({ state: 'sent', sent_at: make.ago(5), recipients, attempts }));
  const { container } = openApp('/messages/msg_1');
  const people = within(await screen.findByRole('region', { name: 'Recipients' }, PATIENT));
  expect(people.getByText(/For good: The mailbox does not exist. \(5.1.1\)/)).toBeInTheDocument();
  expect(people.getByText(/No bounce came back so far/)).toBeInTheDocument();
  const opens = (await screen.findByRole('cell', { name: 'Opens' })).closest('tr') as HTMLElement;
  expect(
    within(opens)
      .getAllByRole('cell')
      .map((cell) => cell.textContent),
  ).toEqual(expect.arrayContaining(['Opens', '2', '7', '0']));
  expect(screen.getByTitle('The email as written')).toHaveAttribute('sandbox', '');
  const result = await axe.run(container, { iframes: false, rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});

test('what may have been sent is decided by a person, and twice is warned of', async () => {
  one(mail.message({ state: 'unknown', failure_code: 'unknown_outcome', failure_detail: 'The line broke.' }));
  const sent: unknown[] = [];
  server.use(
    http.post('*/v1/messages/msg_1/resolve', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(mail.message({ state: 'queued', queued_at: make.ago(0), due_at: make.ago(0) }));
    }),
  );
  const { user } = openApp('/messages/msg_1');
  expect((await status()).getByText(/never send it again by ourselves/)).toHaveTextContent('The line broke.');
  await user.click((await status()).getByRole('button', { name: 'It was not sent: send again…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Send it again?' }));
  expect(dialog.getByText(/everybody gets it twice/)).toBeInTheDocument();
  await user.click(dialog.getByRole('button', { name: 'Send again' }));
  await waitFor(() => expect(sent).toEqual([{ outcome: 'send_again' }]));
});

test('what waits can be held back', async () => {
  one(mail.message({ state: 'queued', queued_at: make.ago(1), due_at: make.ago(1), failure_code: 'rate_limited' }));
  server.use(http.post('*/v1/messages/msg_1/cancel', () => HttpResponse.json(mail.message({ state: 'cancelled' }))));
  const { user } = openApp('/messages/msg_1');
  expect((await status()).getByText(/The provider asked us to wait\./)).toBeInTheDocument();
  server.use(get('/messages/msg_1', () => mail.message({ state: 'cancelled' })));
  await user.click((await status()).getByRole('button', { name: 'Hold back' }));
  expect(await (await status()).findByText(/You held it back/)).toBeInTheDocument();
});

test('what failed names its cause and has the one button that helps', async () => {
  const failed = {
    state: 'failed',
    failure_code: 'connection_inactive',
    failure_detail: 'Access was revoked.',
  } as const;
  one(mail.message(failed));
  server.use(get('/sending/usability', () => mail.usable([mail.inactiveMailbox()])));
  const { unmount } = openApp('/messages/msg_1');
  const broken = await status();
  expect(await broken.findByRole('link', { name: 'Reconnect' })).toHaveAttribute(
    'href',
    '/integrations/google?account=conn_g1',
  );
  expect(broken.getByText(/Its mailbox was not connected any more. Access was revoked./)).toBeInTheDocument();
  unmount();
  one(mail.message(failed));
  server.use(
    get('/sending/usability', () => mail.usable()),
    http.post('*/v1/messages/msg_1/send', () =>
      problem(409, 'daily_limit', 'Not now', {
        detail: 'This mailbox has sent its 200 mails of today.',
        evidence: { limit: 200, from: make.ago(-600) },
      }),
    ),
  );
  const { user } = openApp('/messages/msg_1');
  await user.click(await (await status()).findByRole('button', { name: 'Send again' }));
  const refusal = within(await screen.findByRole('alert'));
  expect(refusal.getByText('This mailbox has sent its 200 mails of today.')).toBeInTheDocument();
  expect(refusal.getByRole('button', { name: 'Send it then' })).toBeEnabled();
});

test('the suppression list is searched, added to, and only left after a warning', async () => {
  const asked: string[] = [];
  const done: unknown[] = [];
  server.use(
    http.get('*/v1/suppressions', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json(make.page([mail.suppression()]));
    }),
    http.post('*/v1/suppressions', async ({ request }) => {
      done.push(await request.json());
      return HttpResponse.json(mail.suppression({ id: 'sup_2', address: 'bob@else.example' }), { status: 201 });
    }),
    http.delete('*/v1/suppressions/sup_1', () => {
      done.push('removed');
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp('/messages/suppressions');
  expect(await screen.findByText('They asked to get no more mail.')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: /^The email/ })).toHaveAttribute('href', '/messages/msg_1');
  await user.click(screen.getByRole('searchbox', { name: 'Search' }));
  await user.paste('else');
  await waitFor(() => expect(asked.at(-1)).toContain('q=else'));
  await user.click(screen.getByRole('button', { name: 'Add address' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Add to the suppression list' }));
  await user.click(dialog.getByRole('textbox', { name: 'Address' }));
  await user.paste('bob@else.example');
  await user.click(dialog.getByRole('button', { name: 'Add address' }));
  await waitFor(() => expect(done).toEqual([{ address: 'bob@else.example', note: '' }]));
  await user.click(await screen.findByRole('button', { name: 'Remove… ada@else.example' }));
  const warning = within(await screen.findByRole('dialog', { name: 'Remove ada@else.example?' }));
  expect(warning.getByText(/only if they asked for it since/)).toBeInTheDocument();
  await user.click(warning.getByRole('button', { name: 'Remove from the list' }));
  await waitFor(() => expect(done).toHaveLength(2));
});
