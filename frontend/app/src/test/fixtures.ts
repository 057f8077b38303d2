import type {
  Alert,
  Campaign,
  CauseCard,
  Connection,
  DataAge,
  Evidence,
  Figures,
  Integration,
  Receipt,
  Session,
  SyncRun,
  Transition,
} from '../lib/types.ts';

/** Things as the API tells them. Each maker takes what a test cares about and fills in the rest. */
export const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

export const session = (change: Partial<Session> = {}): Session => ({
  user: { id: 'usr_1', email: 'owner@example.com', name: 'Owner Example', email_verified: true },
  organization: { id: 'org_1', name: 'Example Ltd', time_zone: 'Europe/Madrid', version: 3 },
  role: 'owner',
  permissions: [
    'status:read',
    'data:read',
    'connections:write',
    'syncs:write',
    'organization:write',
    'diagnostics:read',
  ],
  not_allowed: [],
  ask: [],
  organizations: [{ id: 'org_1', name: 'Example Ltd', role: 'owner' }],
  csrf_token: 'csrf-1',
  is_operator: false,
  environment: 'development',
  demo: false,
  version: '0.1.0',
  ...change,
});

const refused = (permission: string) => ({ permission, roles: ['owner', 'manager'], reason: 'Ask one of them.' });

export const member = () =>
  session({
    role: 'member',
    permissions: ['status:read', 'data:read'],
    not_allowed: ['connections:write', 'organization:write', 'diagnostics:read'].map(refused),
  });

export const evidence = (change: Partial<Evidence> = {}): Evidence => ({
  at: ago(9),
  signal: 'refresh_refused',
  operation: 'refresh',
  method: 'POST',
  host: 'api.hubapi.com',
  path: '/oauth/v1/token',
  status: 400,
  provider_code: 'BAD_REFRESH_TOKEN',
  message: 'missing or invalid refresh token',
  provider_request_id: '7b0c3f1e-33aa-4c0e',
  ...change,
});

export const causeCard = (change: Partial<CauseCard> = {}): CauseCard => ({
  cause: 'access_revoked',
  title: 'Access was revoked at HubSpot',
  explanation: 'Somebody removed Mailwarden’s access in the connected apps of this HubSpot account.',
  who_must_act: 'owner_or_manager',
  action: { code: 'reconnect', label: 'Reconnect' },
  first_failed_at: ago(9),
  confirmed_at: ago(8),
  last_good_at: ago(19),
  evidence: [
    evidence(),
    evidence({
      signal: 'introspection_inactive',
      method: 'GET',
      path: '/oauth/v1/refresh-tokens/…',
      status: 200,
      provider_code: null,
      message: 'active: false',
    }),
  ],
  ...change,
});

export const connection = (change: Partial<Connection> = {}): Connection => ({
  id: 'conn_h1',
  provider: 'hubspot',
  external_id: '24001001',
  account_label: 'Acme Marketing',
  account_detail: 'acme.hubspot.example · portal 24001001',
  account_time_zone: 'America/New_York',
  forecast: null,
  status: 'connected',
  label: 'Connected',
  card: null,
  action: { code: 'sync_now', label: 'Sync now' },
  missing_scopes: [],
  degraded_reason: null,
  degraded_since: null,
  verified_at: ago(3),
  inactive_since: null,
  suspected_at: null,
  sync_frequency: 'realtime',
  history_range: 'days_90',
  last_sync_at: ago(6),
  next_sync_at: ago(-4),
  data_as_of: ago(6),
  active_sync_id: null,
  settings_version: 3,
  created_at: ago(60 * 24 * 40),
  ...change,
});

export const inactive = (change: Partial<Connection> = {}): Connection =>
  connection({
    status: 'inactive',
    label: 'Inactive',
    card: causeCard(),
    action: { code: 'reconnect', label: 'Reconnect' },
    inactive_since: ago(8),
    next_sync_at: null,
    verified_at: ago(19),
    ...change,
  });

export const integration = (connections: Connection[], change: Partial<Integration> = {}): Integration => ({
  provider: 'hubspot',
  label: 'HubSpot',
  description: 'Reads marketing e-mails and their figures from a HubSpot portal.',
  capabilities: ['campaigns', 'metrics'],
  configured: true,
  misconfigured: null,
  scopes: [
    { name: 'oauth', required: true, why: 'Identifies the account, so that we never mix two up.' },
    { name: 'content', required: true, why: 'Reads marketing e-mails and their statistics.' },
    { name: 'marketing-email', required: false, why: 'Reads details of single e-mails where the plan allows.' },
  ],
  consent_note:
    'HubSpot offers no read-only form of “content”. Mailwarden only ever reads: every other request is blocked before it leaves.',
  connections,
  connections_total: connections.length,
  ...change,
});

export const klaviyo = (connections: Connection[]): Integration =>
  integration(connections, {
    provider: 'klaviyo',
    label: 'Klaviyo',
    description: 'Reads e-mail campaigns and their figures from a Klaviyo account.',
    consent_note: 'Klaviyo is asked for reading only.',
    scopes: [
      { name: 'accounts:read', required: true, why: 'Identifies the account.' },
      { name: 'campaigns:read', required: true, why: 'Lists your campaigns.' },
      { name: 'metrics:read', required: true, why: 'Reads opens, clicks and the rest.' },
    ],
  });

export const syncRun = (change: Partial<SyncRun> = {}): SyncRun => ({
  id: 'sync_1',
  connection_id: 'conn_h1',
  provider: 'hubspot',
  account_label: 'Acme Marketing',
  type: 'auto',
  badge: null,
  status: 'success',
  partial: false,
  created_at: ago(7),
  started_at: ago(7),
  finished_at: ago(6),
  duration_ms: 4_210,
  window_from: ago(60 * 24 * 30),
  window_until: ago(7),
  campaigns_processed: 120,
  campaigns_total: 120,
  campaigns_added: 3,
  campaigns_changed: 18,
  progress: 1,
  totals: {
    sent: 84_120,
    delivered: 82_903,
    opened: 31_077,
    clicked: 4_210,
    bounced: 1_217,
    complaints: 21,
    unsubscribes: 230,
  },
  calls_made: 4,
  pages: 2,
  error: null,
  note: null,
  request_id: 'req_01J',
  ...change,
});

export const figures = (change: Partial<Figures> = {}): Figures => ({
  sent: 1_000,
  delivered: 950,
  delivered_derived: false,
  derived: false,
  opened: 380,
  clicked: 57,
  bounced: 50,
  hard_bounced: 30,
  soft_bounced: 20,
  machine_opened: null,
  machine_clicked: null,
  complaints: 1,
  unsubscribes: 4,
  delivery_rate: 0.95,
  bounce_rate: 0.05,
  open_rate: 0.4,
  click_rate: 0.06,
  complaint_rate: 0.00105,
  unsubscribe_rate: 0.0042,
  ...change,
});

export const campaign = (change: Partial<Campaign> = {}): Campaign => ({
  id: 'camp_1',
  connection_id: 'conn_h1',
  provider: 'hubspot',
  account_label: 'Acme Marketing',
  external_id: '90210',
  name: 'November newsletter',
  subject: 'What is new this month',
  status: 'PUBLISHED',
  channel: 'email',
  sent_at: ago(60 * 24 * 2),
  provisional_until: ago(-60 * 24 * 5),
  settled: false,
  archived: false,
  gone_at: null,
  figures: figures(),
  figures_as_of: ago(6),
  ...change,
});

export const dataAge = (change: Partial<DataAge> = {}): DataAge => ({
  connection_id: 'conn_h1',
  provider: 'hubspot',
  account_label: 'Acme Marketing',
  account_time_zone: 'America/New_York',
  status: 'connected',
  data_as_of: ago(6),
  syncing: false,
  ...change,
});

export const alert = (change: Partial<Alert> = {}): Alert => ({
  id: 'alrt_1',
  kind: 'integration_disconnected',
  title: 'Integration disconnected: Acme Marketing (HubSpot)',
  body: 'Syncing is paused since 10:21. Data already read stay available.',
  connection_id: 'conn_h1',
  episode_id: 'eps_1',
  provider: 'hubspot',
  card: causeCard(),
  created_at: ago(8),
  read_at: null,
  mailed_to: ['owner@example.com'],
  ...change,
});

export const transition = (change: Partial<Transition> = {}): Transition => ({
  id: 'trn_1',
  at: ago(8),
  from_status: 'verifying',
  to_status: 'inactive',
  cause: 'access_revoked',
  cause_title: 'Access was revoked at HubSpot',
  evidence: [evidence()],
  actor: 'refresh',
  actor_user_id: null,
  actor_name: null,
  note: null,
  ...change,
});

export const receipt = (change: Partial<Receipt> = {}): Receipt => ({
  id: 'rcpt_1',
  connection_id: 'conn_h1',
  episode_id: 'eps_1',
  status: 'complete',
  window_from: ago(200),
  window_until: ago(5),
  sync_id: 'sync_9',
  campaigns_added: 2,
  campaigns_changed: 14,
  unknown: [{ title: 'Interim figures', detail: 'How figures stood between two readings inside the gap.' }],
  settings_kept: [
    { title: 'Sync frequency', detail: 'Real-time' },
    { title: 'History range', detail: 'Standard, 90 days' },
  ],
  created_at: ago(5),
  completed_at: ago(4),
  ...change,
});

export const page = <T>(data: T[], next_cursor: string | null = null) => ({
  data,
  has_more: next_cursor !== null,
  next_cursor,
});
