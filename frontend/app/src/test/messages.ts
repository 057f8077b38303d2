import { HttpResponse, http } from 'msw';
import type {
  ActivityCounts,
  MailActivity,
  MailRecipient,
  MessageDetail,
  SendAttempt,
  SendingMailbox,
  SendingUsability,
  Session,
  Suppression,
} from '../lib/types.ts';
import { ago, session } from './fixtures.ts';
import { get } from './server.ts';

/** Mail as the API tells it. */
export const sender = (change: Partial<Session> = {}): Session => {
  const own = session();
  return session({ permissions: [...own.permissions, 'messages:send', 'mailboxes:own'], ...change });
};

export const recipient = (change: Partial<MailRecipient> = {}): MailRecipient => ({
  kind: 'to',
  address: 'ada@else.example',
  name: '',
  state: 'waiting',
  state_detail: null,
  bounce_kind: null,
  bounce_code: null,
  bounced_at: null,
  complained_at: null,
  replied_at: null,
  opened_at: null,
  clicked_at: null,
  unsubscribed_at: null,
  ...change,
});

export const message = (change: Partial<MessageDetail> = {}): MessageDetail => ({
  id: 'msg_1',
  kind: 'one_off',
  source: 'app',
  state: 'draft',
  failure_code: null,
  failure_detail: null,
  mailbox_id: 'mbx_1',
  connection_id: 'conn_g1',
  author_id: 'usr_1',
  author_name: 'Pat Doe',
  subject: 'Our meeting',
  recipients: [recipient()],
  answers_id: null,
  created_at: ago(30),
  due_at: null,
  queued_at: null,
  sent_at: null,
  html: '<p>Hi Ada</p>',
  text: '',
  track_opens: null,
  track_clicks: null,
  files: [],
  attempts: [],
  ...change,
});

export const attempt = (change: Partial<SendAttempt> = {}): SendAttempt => ({
  id: 'satt_1',
  number: 1,
  started_at: ago(5),
  finished_at: ago(5),
  outcome: 'accepted',
  code: null,
  detail: null,
  ...change,
});

export const sending = (change: Partial<SendingMailbox> = {}): SendingMailbox => ({
  mailbox_id: 'mbx_1',
  connection_id: 'conn_g1',
  provider: 'google',
  address: 'ann@example.com',
  label: 'ann@example.com',
  usable: true,
  code: 'ok',
  detail: 'Mail can be sent.',
  action: null,
  ...change,
});

export const inactiveMailbox = () =>
  sending({
    usable: false,
    code: 'connection_inactive',
    detail: 'Access was revoked at Google. Reconnect it first.',
    action: { code: 'reconnect', label: 'Reconnect' },
  });

export const usable = (mailboxes: SendingMailbox[] = [sending()]): SendingUsability => ({
  usable: true,
  code: 'ok',
  detail: 'Mail can be sent.',
  action: null,
  mailboxes,
  others: [],
});

export const nothingUsable = (mailboxes: SendingMailbox[] = []): SendingUsability => ({
  usable: false,
  code: 'no_active_integration',
  detail: 'No active integration can send. Connect Google, Microsoft, Keap or another mailbox first.',
  action: { code: 'connect', label: 'Connect a mailbox' },
  mailboxes,
  others: [],
});

export const counts = (change: Partial<ActivityCounts> = {}): ActivityCounts => ({
  human: 0,
  machine: 0,
  unknown: 0,
  first_at: null,
  last_at: null,
  ...change,
});

export const activity = (change: Partial<MailActivity> = {}): MailActivity => ({
  message_id: 'msg_1',
  track_opens: true,
  track_clicks: true,
  opens: counts({ human: 2, machine: 7, first_at: ago(20), last_at: ago(3) }),
  clicks: counts({ machine: 1 }),
  recipients: [],
  links: [],
  events: [],
  ...change,
});

export const suppression = (change: Partial<Suppression> = {}): Suppression => ({
  id: 'sup_1',
  address: 'ada@else.example',
  reason: 'unsubscribed',
  message_id: 'msg_1',
  note: '',
  created_by: null,
  created_at: ago(60),
  ...change,
});

/** One draft on a server that counts its versions, as the real one does. */
export function draftServer(begin: MessageDetail | null = null) {
  const held = { message: begin, version: 1, saved: [] as Record<string, unknown>[] };
  const answer = (status = 200) => HttpResponse.json(held.message, { status, headers: { ETag: `"v${held.version}"` } });
  const put = (body: Record<string, unknown>) => {
    held.saved.push(body);
    const people = (['to', 'cc', 'bcc'] as const).flatMap((kind) =>
      ((body[kind] ?? []) as { address: string; name?: string }[]).map((one) =>
        recipient({ kind, address: one.address, name: one.name ?? '' }),
      ),
    );
    const { to: _to, cc: _cc, bcc: _bcc, ...words } = body;
    held.message = { ...(held.message ?? message({ id: 'msg_new' })), ...words, recipients: people, state: 'draft' };
  };
  const handlers = [
    http.get('*/v1/messages/:id', () => answer()),
    http.post('*/v1/messages', async ({ request }) => {
      put((await request.json()) as Record<string, unknown>);
      return answer(201);
    }),
    http.patch('*/v1/messages/:id', async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      if (request.headers.get('If-Match') !== `"v${held.version}"`) return stale();
      put(body);
      held.version += 1;
      return answer();
    }),
  ];
  return { held, handlers };
}

const stale = () =>
  HttpResponse.json(
    {
      type: 'about:blank',
      title: 'Somebody else changed this meanwhile',
      status: 412,
      detail: '',
      code: 'precondition_failed',
      request_id: 'req_test',
      retryable: false,
      errors: [],
      action: null,
      evidence: null,
    },
    { status: 412, headers: { 'content-type': 'application/problem+json' } },
  );

export const surroundings = (usability: () => SendingUsability = () => usable()) => [
  get('/me', () => sender()),
  get('/sending/usability', usability),
];
