import type { Billing, Invoice, Plan, Refund, Retest, Session, Standing } from '../lib/types.ts';
import * as make from './fixtures.ts';

const DAY_MIN = 24 * 60;
export const inDays = (days: number) => make.ago(-days * DAY_MIN);

export const standing = (change: Partial<Standing> = {}): Standing => ({
  mode: 'paid',
  status: 'active',
  may_work: true,
  code: 'ok',
  detail: 'The subscription is active.',
  reason: null,
  since: null,
  until: null,
  link: '/settings/billing',
  ...change,
});

export const selfHosted = () =>
  standing({ mode: 'self_hosted', detail: 'This instance is self-hosted: everything is included.' });

export const trial = (days: number) =>
  standing({ status: 'trialing', detail: 'The trial runs. Everything works.', until: inDays(days) });

export const over = (change: Partial<Standing> = {}) =>
  standing({
    status: 'inactive',
    may_work: false,
    code: 'subscription_inactive',
    detail: 'The trial is over. Choose a plan, and everything works again at once.',
    reason: 'trial_over',
    since: make.ago(60),
    ...change,
  });

const LIMITS = { connections: 15, mailboxes: 25, members: 15, messages_a_day: 5000 };

export const billing = (change: Partial<Billing> = {}): Billing => ({
  standing: standing(),
  plan: 'team',
  plan_name: 'Team',
  limits: LIMITS,
  trial_ends_at: null,
  period_ends_at: inDays(20),
  credentials_kept_until: null,
  failed_payment: null,
  actions: ['portal', 'change_plan', 'cancel', 'refund'],
  ...change,
});

export const plan = (change: Partial<Plan> = {}): Plan => ({
  key: 'team',
  name: 'Team',
  description: 'For teams that send together.',
  amount: 5900,
  currency: 'usd',
  interval: 'month',
  limits: LIMITS,
  current: false,
  on_sale: true,
  ...change,
});

export const plans = (current?: string): Plan[] =>
  [
    plan({
      key: 'starter',
      name: 'Starter',
      description: 'For one person with a few mailboxes.',
      amount: 1900,
      limits: { connections: 3, mailboxes: 3, members: 2, messages_a_day: 300 },
    }),
    plan(),
    plan({
      key: 'business',
      name: 'Business',
      description: 'Without limits but those of the providers.',
      amount: 19_900,
      limits: { connections: null, mailboxes: null, members: null, messages_a_day: null },
    }),
  ].map((one) => ({ ...one, current: one.key === current }));

export const invoice = (change: Partial<Invoice> = {}): Invoice => ({
  id: 'binv_1',
  number: 'MW-0001',
  status: 'paid',
  currency: 'usd',
  amount_due: 5900,
  amount_paid: 5900,
  amount_refunded: 0,
  issued_at: make.ago(DAY_MIN),
  paid_at: make.ago(DAY_MIN),
  page_url: 'https://invoice.example/i/1',
  pdf_url: 'https://invoice.example/i/1/pdf',
  ...change,
});

export const refund = (change: Partial<Refund> = {}): Refund => ({
  eligible: true,
  detail: 'You can have this payment back: send the prepared request to support.',
  until: inDays(13),
  invoice_id: 'binv_1',
  amount: 5900,
  currency: 'usd',
  request: {
    description: 'Please refund invoice MW-0001 of “Example Ltd”: 59.00 USD, paid 2026-11-21 10:00 UTC.',
    doing: 'Refund within 14 days of the payment',
    page: '/settings/billing',
  },
  ...change,
});

export const retest = (change: Partial<Retest> = {}): Retest => ({
  connection_id: 'conn_h1',
  provider: 'hubspot',
  account_label: 'Acme Marketing',
  asked_at: make.ago(1),
  tested_at: make.ago(0),
  ok: true,
  detail: null,
  ...change,
});

const having = (permissions: string[], change: Partial<Session> = {}): Session => {
  const usual = make.session();
  return { ...usual, permissions: [...usual.permissions, 'support:own', ...permissions], ...change };
};

export const owner = () => having(['billing:read', 'billing:write']);
const ASK = [{ name: 'Olga Owner', role: 'owner' }];

export const manager = () =>
  having(['billing:read'], {
    role: 'manager',
    ask: ASK,
    not_allowed: [{ permission: 'billing:write', roles: ['owner'], reason: 'Ask one of them.' }],
  });

export const member = (): Session => {
  const usual = make.member();
  const closed = [
    { permission: 'billing:write', roles: ['owner'], reason: 'Ask one of them.' },
    { permission: 'billing:read', roles: ['owner', 'manager'], reason: 'Ask one of them.' },
  ];
  return { ...usual, ask: ASK, not_allowed: [...usual.not_allowed, ...closed] };
};
