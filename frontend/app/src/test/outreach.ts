import type {
  OutreachAccount,
  OutreachClock,
  OutreachCounts,
  OutreachDetail,
  OutreachRecipient,
  OutreachStep,
  OutreachTroubleAccount,
  PausedByConnection,
} from '../lib/types.ts';
import { ago, session } from './fixtures.ts';

/** Outreach campaigns as the API tells them. */
export const sender = () => {
  const owner = session();
  return { ...owner, permissions: [...owner.permissions, 'messages:send', 'mailboxes:own'] };
};

const NOBODY: OutreachCounts = {
  waiting: 0,
  active: 0,
  held: 0,
  finished: 0,
  replied: 0,
  bounced: 0,
  unsubscribed: 0,
  suppressed: 0,
  skipped: 0,
  campaign_stopped: 0,
};
export const counts = (change: Partial<OutreachCounts> = {}): OutreachCounts => ({ ...NOBODY, ...change });

const figures = { sent: 40, opened: 20, clicked: 8, replied: 4, bounced: 2, unsubscribed: 1, unknown: 1 };

export const step = (change: Partial<OutreachStep> = {}): OutreachStep => ({
  number: 1,
  delay_s: 0,
  condition: 'if_no_reply',
  subject: 'Hello {{first_name|there}}',
  html: '<p>Hi {{first_name|there}}</p>',
  sent: false,
  fields: ['first_name'],
  figures,
  ...change,
});

export const account = (change: Partial<OutreachAccount> = {}): OutreachAccount => ({
  id: 'oacc_1',
  mailbox_id: 'mbx_1',
  connection_id: 'conn_g1',
  provider: 'google',
  address: 'ann@example.com',
  state: 'active',
  paused_reason: null,
  removed_at: null,
  usable: true,
  code: 'ok',
  detail: '',
  recipients: 60,
  ...change,
});

export const broken = (change: Partial<OutreachAccount> = {}): OutreachAccount =>
  account({
    id: 'oacc_2',
    mailbox_id: 'mbx_2',
    connection_id: 'conn_g2',
    address: 'ben@example.com',
    usable: false,
    code: 'connection_inactive',
    detail: 'Access was revoked at Google.',
    ...change,
  });

export const campaign = (change: Partial<OutreachDetail> = {}): OutreachDetail => ({
  id: 'out_1',
  name: 'Spring offer',
  state: 'running',
  pause_reason: null,
  paused_at: null,
  rotation: false,
  schedule: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', until: '17:00', zone: 'organization' },
  auto_resume: false,
  track_opens: true,
  track_clicks: true,
  bounce_guard_percent: 5,
  created_at: ago(9000),
  started_at: ago(5000),
  finished_at: null,
  author_id: 'usr_1',
  may_change: true,
  recipients: counts({ waiting: 60, active: 30, finished: 6, replied: 4 }),
  figures,
  accounts: [account()],
  steps: [step()],
  ...change,
});

export const draft = (change: Partial<OutreachDetail> = {}) =>
  campaign({ state: 'draft', started_at: null, recipients: counts({ waiting: 3 }), ...change });

export const paused = (change: Partial<OutreachDetail> = {}) =>
  campaign({ state: 'paused', pause_reason: 'connection_inactive', paused_at: ago(30), ...change });

export const recipient = (change: Partial<OutreachRecipient> = {}): OutreachRecipient => ({
  id: 'rcp_1',
  address: 'ada@example.net',
  name: 'Ada Example',
  fields: { first_name: 'Ada' },
  zone: null,
  state: 'active',
  state_reason: null,
  account_id: 'oacc_1',
  next_step: 2,
  next_at: ago(-600),
  created_at: ago(9000),
  ...change,
});

export const clock = (change: Partial<OutreachClock> = {}): OutreachClock => ({
  id: 'oclk_1',
  kind: 'grace',
  state: 'running',
  started_at: ago(20),
  due_at: ago(-40.5),
  remaining_s: 2430,
  countdown: '40 min left',
  uncounted_s: 0,
  recipients_stopped: 12,
  recipients_freed: 30,
  applied_at: null,
  ...change,
});

export const trouble = (change: Partial<OutreachTroubleAccount> = {}): OutreachTroubleAccount => ({
  id: 'oacc_1',
  connection_id: 'conn_g1',
  address: 'ann@example.com',
  state: 'active',
  status: 'connected',
  clock: null,
  recipients_kept: 60,
  recipients_free: 0,
  wanted_back: false,
  action: { code: 'none', label: 'Nothing to do', detail: 'The account works.' },
  ...change,
});

export const waiting = (change: Partial<PausedByConnection> = {}): PausedByConnection => ({
  id: 'out_1',
  name: 'Spring offer',
  state: 'paused',
  pause_reason: 'connection_inactive',
  rotation: false,
  account_id: 'oacc_1',
  account_state: 'active',
  recipients_waiting: 90,
  resumable: true,
  re_addable: false,
  clock: null,
  detail: 'Waits without limit, until you resume it.',
  ...change,
});
