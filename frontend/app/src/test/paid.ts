import type { Billing, Session } from '../lib/types.ts';
import * as pay from './billing.ts';
import { get, server } from './server.ts';

type Change = { billing?: Billing; session?: Session; current?: string };

/** An organization on an instance where one pays. */
export const paid = ({ billing = pay.billing(), session = pay.owner(), current = 'team' }: Change = {}) =>
  server.use(
    get('/me', () => session),
    get('/billing/standing', () => billing.standing),
    get('/billing', () => billing),
    get('/billing/plans', () => ({ data: pay.plans(current) })),
    get('/billing/usage', () => ({ connections: 15, mailboxes: 4, members: 2 })),
    get('/billing/invoices', () => ({ data: [pay.invoice()] })),
    get('/billing/refund', () => pay.refund()),
    get('/integrations/retests', () => ({ finished: true, data: [] })),
  );

export const inTrial = (days = 9) =>
  pay.billing({
    standing: pay.trial(days),
    trial_ends_at: pay.inDays(days),
    period_ends_at: null,
    actions: ['checkout'],
  });

export const ended = () => pay.billing({ standing: pay.over(), period_ends_at: null, actions: ['checkout', 'portal'] });
