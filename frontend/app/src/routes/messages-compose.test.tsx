import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import type { MessageDetail } from '../lib/types.ts';
import * as pay from '../test/billing.ts';
import * as make from '../test/fixtures.ts';
import * as boxes from '../test/mailboxes.ts';
import * as mail from '../test/messages.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

vi.setConfig({ testTimeout: 60_000 }); // a busy machine loads and draws whole pages slowly

beforeEach(() => {
  window.sessionStorage.clear();
  server.use(
    ...mail.surroundings(),
    get('/mailboxes/mbx_1', () => boxes.detail()),
    get('/messages', () => make.page([])),
  );
});

function drafts(begin: MessageDetail | null = null) {
  const { held, handlers } = mail.draftServer(begin);
  server.use(...handlers);
  return held;
}

const refuses = (status: number, code: string, more: Record<string, unknown> = {}) =>
  server.use(http.post('*/v1/messages/:id/send', () => problem(status, code, 'Not now', more)));

/** The first of them waits for the page, whose parts are loaded for the first time. */
const field = (name: string) => screen.findByRole('textbox', { name }, { timeout: 15_000 });

/** At once, as one pastes: each letter draws the whole page anew. */
async function fill(user: ReturnType<typeof openApp>['user'], name: string, text: string) {
  await user.click(await field(name));
  await user.paste(text);
}

test('a new email becomes a draft while it is written, and is sent once under one key', async () => {
  const held = drafts();
  const keys: (string | null)[] = [];
  server.use(
    http.post('*/v1/messages/:id/send', ({ request }) => {
      keys.push(request.headers.get('Idempotency-Key'));
      if (keys.length === 1) return HttpResponse.error();
      held.message = {
        ...(held.message as MessageDetail),
        state: 'queued',
        queued_at: make.ago(0),
        due_at: make.ago(0),
      };
      return HttpResponse.json(held.message);
    }),
  );
  const { user, address } = openApp('/messages/compose');
  await fill(user, 'To', 'Reader One <one@else.example>');
  await fill(user, 'Subject', 'Lunch');
  await user.type(await field('Message'), 'Noon?');
  expect(await screen.findByText('Draft saved')).toBeInTheDocument();
  expect(address()).toBe('/messages/compose?draft=msg_new');
  expect(held.message).toMatchObject({ subject: 'Lunch', html: 'Noon?', mailbox_id: 'mbx_1' });
  expect(held.message?.recipients.map(({ name, address: to }) => `${name} ${to}`)).toEqual([
    'Reader One one@else.example',
  ]);
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await user.click(await screen.findByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(address()).toBe('/messages/msg_new'));
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('a recipient that is no address is told with its line; the rest is saved and nothing is sent', async () => {
  const held = drafts(mail.message({ recipients: [] }));
  const { user, container } = openApp('/messages/compose?draft=msg_1');
  await fill(user, 'To', 'ada@else.example\nbob.else.example\nADA@else.example');
  expect(await screen.findByText('Line 2: “bob.else.example” is not a mail address.')).toBeInTheDocument();
  expect(screen.getByText('Line 3: ADA@else.example stands here twice.')).toBeInTheDocument();
  await waitFor(() => expect(held.message?.recipients.map((one) => one.address)).toEqual(['ada@else.example']));
  await user.click(screen.getByRole('button', { name: 'Send' }));
  expect(await screen.findByText(/Some recipients are not addresses yet/)).toBeInTheDocument();
  const result = await axe.run(container, { iframes: false, rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});

test('a change of somebody else is told, and neither version is lost', async () => {
  const held = drafts(mail.message());
  const { user } = openApp('/messages/compose?draft=msg_1');
  const subject = await field('Subject');
  held.message = mail.message({ subject: 'Theirs' });
  held.version += 1;
  await user.clear(subject);
  await user.paste('Mine');
  const conflict = await screen.findByRole('alert', { name: /changed elsewhere/ });
  expect(conflict).toHaveTextContent('They changed the subject.');
  expect(subject).toHaveValue('Mine');
  expect(held.message.subject).toBe('Theirs');
  await user.click(within(conflict).getByRole('button', { name: 'Keep mine' }));
  await waitFor(() => expect(held.message?.subject).toBe('Mine'));
});

test('without any integration the way leads to its setup and back to the very draft', async () => {
  drafts(mail.message());
  refuses(409, 'no_active_integration', { detail: 'No active integration can send.' });
  const { user, address } = openApp('/messages/compose?draft=msg_1');
  await fill(user, 'Subject', ' tomorrow');
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(address()).toBe('/integrations#mailboxes'));
  await user.click(await screen.findByRole('button', { name: 'Go back to your email' }));
  await waitFor(() => expect(address()).toBe('/messages/compose?draft=msg_1'));
  expect(await field('Subject')).toHaveValue('Our meeting tomorrow');
});

test('a refusal of the gate keeps the draft and has the button that belongs to it', async () => {
  const held = drafts(
    mail.message({ recipients: [mail.recipient(), mail.recipient({ address: 'bob@else.example' })] }),
  );
  refuses(409, 'suppressed', {
    detail: 'ada@else.example must not get mail of this organization.',
    evidence: { suppressed: { 'ada@else.example': 'complaint' } },
  });
  const { user } = openApp('/messages/compose?draft=msg_1');
  await user.click(await screen.findByRole('button', { name: 'Send' }));
  expect(await screen.findByText('ada@else.example must not get mail of this organization.')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Remove ada@else.example from this email' }));
  expect(await field('To')).toHaveValue('bob@else.example');
  refuses(402, 'subscription_inactive', { detail: 'The trial has ended.' });
  await user.click(screen.getByRole('button', { name: 'Send' }));
  expect(await screen.findByText('The trial has ended.')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Open billing' })).toHaveAttribute('href', '/settings/billing');
  server.use(get('/sending/usability', () => mail.usable([mail.inactiveMailbox()])));
  refuses(409, 'connection_inactive', { detail: 'Access was revoked at Google.', action: 'reconnect' });
  await user.click(screen.getByRole('button', { name: 'Send' }));
  expect(await screen.findByText('Access was revoked at Google.')).toBeInTheDocument();
  expect((await screen.findAllByRole('link', { name: 'Reconnect' }))[0]).toHaveAttribute(
    'href',
    '/integrations/google?account=conn_g1',
  );
  expect(held.message).toMatchObject({ state: 'draft', subject: 'Our meeting' });
});

test('files are attached one after the other, and words typed meanwhile are saved against the new state', async () => {
  const held = drafts(mail.message());
  server.use(
    http.post('*/v1/messages/:id/files', async ({ request }) => {
      const { name, content } = (await request.json()) as { name: string; content: string };
      const file = { id: `file_${name}`, name, media_type: 'text/plain', size: atob(content).length };
      held.message = { ...(held.message as MessageDetail), files: [...(held.message?.files ?? []), file] };
      held.version += 1;
      return HttpResponse.json(file, { status: 201 });
    }),
  );
  const { user, container } = openApp('/messages/compose?draft=msg_1');
  const subject = await field('Subject');
  const input = container.querySelector('input[type=file]') as HTMLInputElement;
  await user.upload(input, [new File(['one'], 'a.txt'), new File(['three'], 'b.txt')]);
  const list = within(screen.getByRole('group', { name: 'Attachments' }));
  expect(await list.findByText(/^b\.txt/)).toBeInTheDocument();
  expect(list.getByText(/^a\.txt/)).toBeInTheDocument();
  await user.type(subject, '!');
  await waitFor(() => expect(held.message?.subject).toBe('Our meeting!'));
  const large = new File(['x'], 'film.mp4');
  Object.defineProperty(large, 'size', { value: 26 * 2 ** 20 });
  await user.upload(input, large);
  expect(await list.findByText('film.mp4 is larger than 25 MB.')).toBeInTheDocument();
});

test('what could not be stored is there again after a reload', async () => {
  drafts(mail.message());
  server.use(http.patch('*/v1/messages/:id', () => problem(503, 'unavailable', 'Not available')));
  const first = openApp('/messages/compose?draft=msg_1');
  await fill(first.user, 'Subject', ' at last');
  expect(await screen.findByText(/It is kept in this tab/)).toBeInTheDocument();
  first.unmount();
  const held = drafts(mail.message());
  openApp('/messages/compose?draft=msg_1');
  expect(await field('Subject')).toHaveValue('Our meeting at last');
  await waitFor(() => expect(held.message?.subject).toBe('Our meeting at last'));
});

test('a follow-up goes to the same people in the same conversation', async () => {
  const held = drafts(mail.message({ state: 'sent', sent_at: make.ago(9) }));
  server.use(get('/messages/:id/activity', () => mail.activity()));
  const { user } = openApp('/messages/msg_1');
  await user.click(await screen.findByRole('link', { name: 'Write a follow-up' }));
  expect(await field('Subject')).toHaveValue('Re: Our meeting');
  expect(await field('To')).toHaveValue('ada@else.example');
  expect(held.saved).toEqual([]);
  await user.type(await field('Message'), 'News?');
  await waitFor(() => expect(held.saved.at(-1)).toMatchObject({ answers_id: 'msg_1', html: 'News?' }));
});

test('an email can wait for a time of the organization’s zone', async () => {
  const held = drafts(mail.message());
  const orders: unknown[] = [];
  server.use(
    get('/messages/:id/activity', () => mail.activity()),
    http.post('*/v1/messages/:id/send', async ({ request }) => {
      orders.push(await request.json());
      held.message = mail.message({ state: 'queued', queued_at: make.ago(0), due_at: '2099-06-01T07:00:00Z' });
      return HttpResponse.json(held.message);
    }),
  );
  const { user, address } = openApp('/messages/compose?draft=msg_1');
  await field('Subject');
  await user.click(screen.getByRole('button', { name: 'Send later…' }));
  fireEvent.change(screen.getByLabelText(/^Not before \(Europe\/Madrid/), { target: { value: '2099-06-01T09:00' } });
  await user.click(screen.getByRole('button', { name: 'Send then' }));
  await waitFor(() => expect(address()).toBe('/messages/msg_1'));
  expect(orders).toEqual([{ send_at: '2099-06-01T07:00:00.000Z' }]);
  expect(await screen.findByText(/^Not before/)).toBeInTheDocument();
});

test('after the plan has ended one can still write, but not send', async () => {
  const held = drafts(mail.message());
  server.use(get('/billing/standing', () => pay.over()));
  const { user } = openApp('/messages/compose?draft=msg_1');
  await fill(user, 'Subject', ' soon');
  await waitFor(() => expect(held.message?.subject).toBe('Our meeting soon'));
  expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled();
});
