import type { BrowserSession, SecondFactor, Session, Verification } from '../lib/types.ts';
import { ago, session } from './fixtures.ts';
import { get } from './server.ts';

/** Things about one's own account as the API tells them. */
export const unverified = (change: Partial<Session> = {}): Session =>
  session({
    user: { id: 'usr_1', email: 'owner@example.com', name: 'Owner Example', email_verified: false },
    permissions: ['status:read', 'data:read', 'diagnostics:read'],
    ...change,
  });

export const verification = (change: Partial<Verification> = {}): Verification => ({
  email: 'owner@example.com',
  email_verified: false,
  may_act: false,
  sender: 'Mailwarden <noreply@mail.example>',
  sent_at: ago(2),
  resend_at: null,
  retry_after_s: 0,
  resends_left: 5,
  ...change,
});

export const browser = (change: Partial<BrowserSession> = {}): BrowserSession => ({
  id: 'ses_1',
  current: true,
  organization: 'Example Ltd',
  address: '192.0.2.7',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  created_at: ago(60),
  seen_at: ago(1),
  ends_at: ago(-60 * 24 * 14),
  ...change,
});

export const factor = (change: Partial<SecondFactor> = {}): SecondFactor => ({
  enabled: false,
  confirmed_at: null,
  recovery_codes_left: 0,
  ...change,
});

const address = { email: 'owner@example.com', sender: 'noreply@mail.example', pending_email: null, expires_at: null };

/** What the settings of an account read, each replaceable. */
export const accountHandlers = () => [
  get('/me/email', () => address),
  get('/me/sessions', () => ({ data: [browser()] })),
  get('/me/second-factor', () => factor()),
  get('/me/identities', () => ({ data: [], has_password: true })),
  get('/auth/identity-providers', () => ({ data: [] })),
  get('/me/verification', () => verification()),
];
