import type {
  Connection,
  DisconnectPreview,
  Discovery,
  Integration,
  Mailbox,
  MailboxDetail,
  MailboxSettings,
  MailStep,
} from '../lib/types.ts';
import { ago, connection, integration } from './fixtures.ts';

/** Mailboxes as the API tells them. */
export const SETTINGS: MailboxSettings = {
  sender_name: '',
  signature_html: '',
  send_interval_s: 60,
  daily_limit: 200,
  domain_daily_limit: 100,
  warm_up: false,
  warm_up_start: 20,
  warm_up_step: 10,
  working_days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  working_from: '09:00',
  working_until: '18:00',
  time_zone: null,
  track_opens: true,
  track_clicks: true,
};

export const gmail = (change: Partial<Connection> = {}): Connection =>
  connection({
    id: 'conn_g1',
    provider: 'google',
    external_id: '1077',
    account_label: 'ann@example.com',
    account_detail: 'Workspace example.com',
    action: { code: 'wait', label: 'Nothing to do' },
    ...change,
  });

export const google = (connections: Connection[]): Integration =>
  integration(connections, {
    provider: 'google',
    label: 'Google',
    description: 'Sends from a mailbox at Google.',
    capabilities: ['mailbox', 'sending', 'webhooks'],
    scopes: [
      { name: 'gmail.send', required: true, why: 'Sends your e-mails.' },
      { name: 'gmail.readonly', required: false, why: 'Finds replies and bounces.' },
    ],
  });

export const imap = (connections: Connection[] = []): Integration =>
  integration(connections, {
    provider: 'imap',
    label: 'IMAP/SMTP',
    description: 'Sends from any mailbox, by its password.',
    capabilities: ['mailbox', 'sending'],
    scopes: [],
    consent_note: '',
  });

export const byPassword = (change: Partial<Connection> = {}): Connection =>
  gmail({ id: 'conn_p1', provider: 'imap', external_id: 'ann@mail.example.com', ...change });

const LABELS = {
  manage: 'Manage',
  reconnect: 'Reconnect',
  test: 'Test connection',
  disconnect: 'Disconnect',
  connect: 'Connect a mailbox',
} as const;

export const actions = (reason: string | null = null): Mailbox['actions'] =>
  (['manage', 'reconnect', 'test', 'disconnect'] as const).map((code) => ({
    code,
    label: LABELS[code],
    allowed: reason === null,
    reason,
  }));

export const mailbox = (change: Partial<Mailbox> = {}): Mailbox => ({
  id: 'mbx_1',
  number: 1,
  status: 'successful',
  label: 'Successful',
  reason: null,
  connection: gmail(),
  last_verified_at: ago(3),
  own: true,
  actions: actions(),
  changed_settings: [],
  reserved_until: null,
  emptied_at: null,
  settings_version: 4,
  ...change,
});

export const empty = (change: Partial<Mailbox> = {}): Mailbox =>
  mailbox({
    id: 'mbx_2',
    number: 2,
    status: 'empty',
    label: 'Empty',
    connection: null,
    last_verified_at: null,
    own: false,
    actions: [{ code: 'connect', label: LABELS.connect, allowed: true, reason: null }],
    emptied_at: ago(60),
    ...change,
  });

export const detail = (change: Partial<MailboxDetail> = {}): MailboxDetail => ({
  ...mailbox(),
  settings: SETTINGS,
  defaults: SETTINGS,
  ...change,
});

export const preview = (change: Partial<DisconnectPreview> = {}): DisconnectPreview => ({
  connection_id: 'conn_g1',
  stops: [{ title: 'Our access', detail: '' }],
  resets: [{ title: 'Daily limit', detail: '50 mails a day: becomes 200 mails a day' }],
  keeps: [{ title: 'Slot', detail: 'Slot 1 stays, for this account or another one.' }],
  pauses: [],
  recipients_at_stake: 0,
  ways: [
    {
      code: 'one_click',
      title: 'Reconnect',
      recommended: true,
      when: 'Recommended in most cases.',
      consequences: ['Signature and limits stay.'],
    },
    {
      code: 'two_step',
      title: 'Disconnect, then connect again',
      recommended: false,
      when: 'For putting another account here.',
      consequences: ['Signature and limits go back to their defaults.'],
    },
  ],
  slot_number: null,
  campaigns_kept: 0,
  advice: '',
  ...change,
});

export const discovery = (change: Partial<Discovery> = {}): Discovery => ({
  address: 'ann@example.com',
  found_by: 'autoconfig',
  label: null,
  username: 'ann@example.com',
  imap: { host: 'imap.example.com', port: 993, security: 'tls' },
  smtp: { host: 'smtp.example.com', port: 465, security: 'tls' },
  better_by: null,
  hint: null,
  help_url: null,
  ...change,
});

export const step = (change: Partial<MailStep> = {}): MailStep => ({
  protocol: 'imap',
  step: 'login',
  label: 'Sign in',
  ok: true,
  code: null,
  detail: null,
  hint: null,
  answer: null,
  ...change,
});

export const REFUSED: MailStep[] = [
  step({ step: 'connect', label: 'Reach the server' }),
  step({
    ok: false,
    code: 'bad_credentials',
    detail: 'The server does not accept this user name or password.',
    hint: 'Check both.',
    answer: 'AUTHENTICATIONFAILED',
  }),
  step({ step: 'folders', label: 'Read the inbox', ok: null }),
];
