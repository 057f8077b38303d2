import type {
  Bundle,
  CallbackEntry,
  ConnectionRecord,
  HookEntry,
  Incident,
  InstanceScheduler,
  Measured,
  ProviderApp,
  ProviderFigures,
  Queue,
  QuickCheck,
  QuickDiagnosis,
  QuickStep,
  RefreshEntry,
  Scheduler,
  ServiceStatus,
} from '../lib/types.ts';
import { ago } from './fixtures.ts';

/** What the status page and the diagnostics are told by the API. */
export const providerFigures = (change: Partial<ProviderFigures> = {}): ProviderFigures => ({
  provider: 'hubspot',
  label: 'HubSpot',
  connections: 12,
  verdicts: 40,
  contradicted: 0,
  late: 1,
  detection_p50_s: 62,
  detection_p99_s: 310,
  refreshes: 4_000,
  refused: 12,
  refresh_success: 0.9991,
  ...change,
});

export const measured = (change: Partial<Measured> = {}): Measured => ({
  measured_at: ago(3),
  days: 30,
  status_accuracy: 0.99996,
  verdict_accuracy: 1,
  in_time: 0.975,
  verdicts: 40,
  contradicted: 0,
  late: 1,
  overdue_now: 0,
  connections: 12,
  refresh_success: 0.9991,
  providers: [providerFigures()],
  causes: [
    {
      provider: 'hubspot',
      cause: 'access_revoked',
      title: 'Access was revoked at HubSpot',
      verdicts: 40,
      detection_p50_s: 62,
      detection_p99_s: 310,
    },
  ],
  ...change,
});

export const incident = (change: Partial<Incident> = {}): Incident => ({
  id: 'inc_1',
  provider: 'hubspot',
  provider_label: 'HubSpot',
  kind: 'unavailable',
  title: 'HubSpot is not answering',
  detail: '9 of 10 connections got no usable answer. Syncs go on by themselves when it is back.',
  started_at: ago(60),
  ended_at: ago(30),
  ...change,
});

export const serviceStatus = (change: Partial<ServiceStatus> = {}): ServiceStatus => ({
  incidents: [],
  misconfigurations: [],
  refresh_scheduler_alive: true,
  refresh_scheduler_seen_at: ago(0),
  measured: measured(),
  recent_incidents: [],
  ...change,
});

export const check = (change: Partial<QuickCheck> = {}): QuickCheck => ({
  code: 'live_check',
  title: 'HubSpot: Acme Marketing',
  result: 'ok',
  detail: 'Truly connected: a real call succeeded just now.',
  evidence: ['token: ok. It was accepted.'],
  what_to_do: null,
  action: null,
  connection_id: 'conn_h1',
  ...change,
});

const STEPS = [
  'Open the integrations',
  'Confirm that at least one provider is truly connected',
  'Disconnect and reconnect the affected provider',
  'Sign out and in again to refresh the state of the account',
  'Try again what did not work',
];

export const diagnosis = (third: QuickCheck[] = [check()]): QuickDiagnosis => {
  const steps = STEPS.map((title, index): QuickStep => {
    const checks = index === 2 ? third : [check()];
    return { number: index + 1, title, result: checks[0]?.result ?? 'ok', checks };
  });
  const bad = steps.some((step) => step.result === 'trouble');
  return {
    result: bad ? 'trouble' : 'ok',
    summary: bad
      ? 'Something does not work; below is what, why, and what to do.'
      : 'Everything that was looked at works.',
    started_at: ago(0),
    duration_ms: 1_840,
    connections_tested: 1,
    connections_not_tested: 0,
    steps,
  };
};

export const callback = (change: Partial<CallbackEntry> = {}): CallbackEntry => ({
  id: 'oatt_1',
  at: ago(30),
  finished_at: ago(29),
  provider: 'hubspot',
  provider_label: 'HubSpot',
  result: 'failure',
  outcome: 'denied',
  reason: 'The request was declined. Nothing was changed.',
  provider_error: 'access_denied',
  missing_scopes: [],
  expected_redirect_uri: 'https://mail.example/oauth/hubspot/callback',
  connection_id: null,
  account_label: null,
  user_id: 'usr_1',
  user_name: 'Owner Example',
  ...change,
});

export const refresh = (change: Partial<RefreshEntry> = {}): RefreshEntry => ({
  id: 'rfr_1',
  at: ago(12),
  provider: 'hubspot',
  provider_label: 'HubSpot',
  connection_id: 'conn_h1',
  account_label: 'Acme Marketing',
  outcome: 'refused',
  reason: 'missing or invalid refresh token',
  status: 400,
  provider_code: 'BAD_REFRESH_TOKEN',
  provider_request_id: '7b0c3f1e',
  duration_ms: 84,
  ...change,
});

export const record = (change: Partial<ConnectionRecord> = {}): ConnectionRecord => ({
  connection_id: 'conn_h1',
  provider: 'hubspot',
  provider_label: 'HubSpot',
  account_label: 'Acme Marketing',
  external_id: '24001001',
  status: 'connected',
  label: 'Connected',
  cause: null,
  missing_scopes: [],
  has_credential: true,
  credential_version: 7,
  token_expires_at: ago(-20),
  last_refresh_at: ago(10),
  last_refresh_outcome: 'refreshed',
  next_refresh_at: ago(-15),
  refusals_in_row: 0,
  last_probe_at: ago(3),
  last_probe_failed: false,
  verified_at: ago(3),
  next_probe_at: ago(-7),
  last_sync_at: ago(6),
  next_sync_at: ago(-4),
  slot_number: null,
  created_at: ago(60 * 24 * 40),
  ...change,
});

export const hook = (change: Partial<HookEntry> = {}): HookEntry => ({
  id: 'hook_1',
  connection_id: 'conn_h1',
  account_label: 'Acme Marketing',
  provider: 'hubspot',
  kind: 'app_uninstalled',
  topic: 'APP_UNINSTALL',
  occurred_at: ago(5),
  received_at: ago(5),
  handled_at: ago(5),
  duration_ms: 320,
  outcome: 'suspicion',
  duplicates: 2,
  ...change,
});

export const queue = (change: Partial<Queue> = {}): Queue => ({
  queue: 'fast',
  ready: 14,
  overdue: 0,
  oldest_due_at: null,
  oldest_overdue_s: null,
  oldest_kind: null,
  running: 1,
  abandoned: 0,
  given_up: 0,
  ...change,
});

export const scheduler = (change: Partial<Scheduler> = {}): Scheduler => ({
  alive: true,
  workers_alive: 2,
  last_seen_at: ago(0),
  last_claim_at: ago(0),
  last_refresh_at: ago(10),
  queues: [queue(), queue({ queue: 'bulk', overdue: 3, oldest_overdue_s: 95, oldest_kind: 'run_sync' })],
  ...change,
});

export const instanceScheduler = (change: Partial<InstanceScheduler> = {}): InstanceScheduler => ({
  alive: true,
  workers_alive: 1,
  last_claim_at: ago(0),
  queues: [queue()],
  workers: [
    {
      name: 'worker-1',
      version: '0.1.0',
      alive: true,
      started_at: ago(600),
      seen_at: ago(0),
      last_claim_at: ago(0),
      loop_lag_ms: 2,
      direct_mode: false,
    },
  ],
  ...change,
});

export const providerApp = (change: Partial<ProviderApp> = {}): ProviderApp => ({
  provider: 'hubspot',
  provider_label: 'HubSpot',
  offered: true,
  settings: [
    { name: 'MAILWARDEN_PROVIDERS__HUBSPOT__CLIENT_ID', present: true },
    { name: 'MAILWARDEN_PROVIDERS__HUBSPOT__CLIENT_SECRET', present: false },
  ],
  redirect_uri: 'https://mail.example/oauth/hubspot/callback',
  redirect_uri_ok: true,
  valid: null,
  detail: 'Not checked at the provider yet.',
  ...change,
});

export const bundle = (change: Partial<Bundle> = {}): Bundle => ({
  id: 'sbd_1',
  created_at: ago(1),
  expires_at: ago(-60 * 24 * 7),
  created_by: 'usr_1',
  provider: 'hubspot',
  file_name: 'mailwarden-support.zip',
  redacted: 3,
  content: { error: { text: 'missing or invalid refresh token' }, connections: [{ id: 'conn_h1' }] },
  redactions: [
    { where: 'logs.refreshes[].reason', action: 'removed', why: 'a word that looks like a token', count: 2 },
    { where: 'error.text', action: 'masked', why: 'an e-mail address', count: 1 },
    { where: 'credentials.access_token', action: 'left_out', why: 'never part of a bundle: a secret', count: 0 },
  ],
  ...change,
});
