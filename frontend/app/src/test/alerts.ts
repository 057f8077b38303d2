import type {
  Alert,
  AlertDelivery,
  AlertRule,
  AlertRules,
  AlertSettings,
  ChannelResult,
  RulesPreview,
  WouldHaveFired,
} from '../lib/types.ts';
import { ago, alert, session } from './fixtures.ts';

/** Alert rules, their settings and their alerts as the API tells them. */
export const manager = () => session({ permissions: [...session().permissions, 'alerts:read', 'alerts:write'] });

const RULES: [AlertRule['kind'], string, AlertRule['unit'], number, number | null][] = [
  ['score_drop', 'Deliverability score drop', 'percent', 10, null],
  ['bounce_spike', 'Bounce rate spike', 'percentage_points', 2, 200],
  ['complaint_increase', 'Spam complaint increase', 'percentage_points', 0.1, 1000],
  ['blocklist_addition', 'Blocklist addition', 'tier', 3, null],
  ['sync_failure', 'Sync failure', 'runs_in_a_row', 3, null],
  ['data_stale', 'Data out of date', 'hours', 36, null],
];

export const alertRules = (change: Partial<AlertRules> = {}, bounces: Partial<AlertRule> = {}): AlertRules => ({
  enabled: true,
  frequency: 'instant',
  version: 4,
  rules: RULES.map(([kind, label, unit, threshold, volume]) => ({
    kind,
    label,
    enabled: true,
    threshold,
    unit,
    unit_words: unit.replaceAll('_', ' '),
    minimum_volume: volume,
    frequency: null,
    baseline: `Baseline of ${kind}`,
    words: `Words of ${kind}.`,
    default: threshold,
    least: unit === 'tier' ? 1 : 0.01,
    most: 90,
    step: Number.isInteger(threshold) && unit !== 'percentage_points' ? 1 : 0.01,
    available: true,
    open: 0,
    ...(kind === 'bounce_spike' && bounces),
  })),
  ...change,
});

export const wouldHaveFired = (change: Partial<WouldHaveFired> = {}): WouldHaveFired => ({
  subject: 'Acme Marketing',
  connection_id: 'conn_h1',
  opened_at: '2026-10-02T08:00:00Z',
  ended_at: '2026-10-05T08:00:00Z',
  ended_by: 'recovered',
  title: 'Bounce rate rose: Acme Marketing',
  body: 'The bounce rate is 4.1 % of 3,200 messages, 3.1 percentage points above 1.0 %.',
  ...change,
});

export const rulesPreview = (bounces: WouldHaveFired[]): RulesPreview => ({
  since: '2026-08-24T09:00:00Z',
  until: '2026-11-22T09:00:00Z',
  rules: RULES.map(([kind]) => ({
    kind,
    words: `New words of ${kind}.`,
    available: true,
    fired: kind === 'bounce_spike' ? bounces.length : 0,
    episodes: kind === 'bounce_spike' ? bounces : [],
  })),
});

export const alertSettings = (change: Partial<AlertSettings> = {}): AlertSettings => ({
  enabled: true,
  frequency: 'instant',
  digest_hour: 8,
  time_zone: 'Europe/Madrid',
  next_digest_at: null,
  in_app: { enabled: true },
  email: {
    enabled: true,
    on_disconnect: true,
    address: null,
    pending_address: null,
    recipients: ['owner@example.com'],
    last: null,
  },
  slack: { enabled: false, configured: false, hint: null, last: null },
  webhook: { enabled: false, configured: false, url: null, secret: null, last: null },
  version: 7,
  ...change,
});

export const channelResult = (change: Partial<ChannelResult> = {}): ChannelResult => ({
  channel: 'email',
  result: 'sent',
  target: 'owner@example.com',
  detail: null,
  http_status: null,
  duration_ms: 120,
  ...change,
});

export const alertDelivery = (change: Partial<AlertDelivery> = {}): AlertDelivery => ({
  channel: 'email',
  about: 'alert',
  id: 'adel_1',
  alert_id: 'alrt_1',
  message_id: null,
  title: 'Bounce rate rose: Acme Marketing',
  target: 'owner@example.com',
  status: 'sent',
  tries: null,
  http_status: null,
  error: null,
  created_at: ago(60),
  sent_at: ago(59),
  ...change,
});

export const ruleAlert = (change: Partial<Alert> = {}, card: Record<string, unknown> = {}): Alert =>
  alert({
    kind: 'bounce_spike',
    title: 'Bounce rate rose: Acme Marketing',
    body: 'The bounce rate is 4.1 % of 3,200 messages.',
    connection_id: null,
    provider: null,
    card: {
      rule: 'bounce_spike',
      rule_label: 'Bounce rate spike',
      subject: 'Acme Marketing',
      value: 0.041,
      baseline: 0.01,
      baseline_is: 'The rate of the 30 days before',
      volume: 3200,
      threshold: 2,
      unit: 'percentage_points',
      minimum_volume: 200,
      opened_at: '2026-11-20T08:00:00Z',
      page: '/dashboard',
      ...card,
    },
    ...change,
  });
