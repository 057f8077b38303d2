import type { ApiKey, AuditEntry, Delivery, Endpoint, Invitation, Member, Session } from '../lib/types.ts';
import * as make from './fixtures.ts';

const MORE = ['members:read', 'members:write', 'audit:read', 'ownership:transfer', 'api_keys:write', 'webhooks:read'];
const ASKED = ['connections:write', 'members:read', 'members:write', 'audit:read', 'api_keys:write', 'webhooks:read'];

/** An owner with everything that an organization needs. */
export const owner = (change: Partial<Session> = {}): Session => {
  const usual = make.session();
  return { ...usual, permissions: [...usual.permissions, ...MORE, 'webhooks:write', 'connections:ask'], ...change };
};

/** A member who knows whom to ask. */
export const asker = (): Session => ({
  ...make.member(),
  permissions: ['status:read', 'data:read', 'connections:ask', 'account:own'],
  not_allowed: ASKED.map((permission) => ({ permission, roles: ['owner', 'manager'], reason: 'Ask one of them.' })),
  ask: [{ name: 'Olga Owner', role: 'owner' }],
});

export const person = (change: Partial<Member> = {}): Member => ({
  id: 'usr_2',
  name: 'Mia Member',
  email: 'mia@example.com',
  role: 'member',
  you: false,
  joined_at: make.ago(600),
  may_change: true,
  refusal: null,
  ...change,
});

export const invitation = (change: Partial<Invitation> = {}): Invitation => ({
  id: 'inv_1',
  email: 'new@example.com',
  role: 'manager',
  status: 'open',
  invited_by: 'usr_1',
  inviter_name: 'Owner Example',
  mail: 'sent',
  mailed_at: make.ago(5),
  resend_at: null,
  created_at: make.ago(5),
  expires_at: make.ago(-7 * 24 * 60),
  accepted_at: null,
  ...change,
});

export const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 'aud_1',
  at: make.ago(3),
  action: 'member.role_changed',
  actor: { kind: 'session', id: 'usr_1', label: 'Owner Example' },
  target: { kind: 'member', id: 'usr_2', label: 'Mia Member' },
  before: { role: 'member' },
  after: { role: 'manager' },
  ip: '203.0.113.7',
  request_id: 'req_audit',
  ...change,
});

export const apiKey = (change: Partial<ApiKey> = {}): ApiKey => ({
  id: 'key_1',
  name: 'Nightly export',
  hint: 'mw_live_4fJ2',
  scopes: ['status:read', 'data:read'],
  effective_scopes: ['status:read'],
  allowed_ips: [],
  created_by: 'usr_1',
  created_by_name: 'Owner Example',
  created_at: make.ago(60),
  expires_at: null,
  revoked_at: null,
  last_used_at: make.ago(2),
  replaced_by: null,
  status: 'active',
  ...change,
});

export const endpoint = (change: Partial<Endpoint> = {}): Endpoint => ({
  id: 'whe_1',
  url: 'https://example.com/hook',
  description: 'Warehouse',
  event_types: [],
  enabled: true,
  disabled_at: null,
  disabled_reason: null,
  health: 'working',
  failing_since: null,
  alerted_at: null,
  rest_until: null,
  last_success_at: make.ago(1),
  last_failure_at: null,
  last_error: null,
  previous_secret_until: null,
  pending: 0,
  failed: 0,
  version: 4,
  created_at: make.ago(600),
  ...change,
});

export const delivery = (change: Partial<Delivery> = {}): Delivery => ({
  id: 'whd_1',
  endpoint_id: 'whe_1',
  event_id: 'evt_1',
  event_type: 'sync.succeeded',
  message_id: 'evt_1',
  sequence: 41,
  status: 'failed',
  tries: 10,
  created_at: make.ago(30),
  delivered_at: null,
  next_attempt_at: null,
  last_attempt: { at: make.ago(10), http_status: 503, duration_ms: 120, error: 'http_status' },
  ...change,
});
