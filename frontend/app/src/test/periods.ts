import { nextDay } from '../lib/time.ts';
import type {
  Change,
  Compared,
  Comparison,
  Period,
  Point,
  ProviderSettling,
  Reconciliation,
  Series,
  Summary,
} from '../lib/types.ts';
import { ago, dataAge, figures } from './fixtures.ts';

/** Figures of ranges of days as the API tells them. */
export const settling = (change: Partial<ProviderSettling> = {}): ProviderSettling => ({
  provider: 'hubspot',
  label: 'HubSpot',
  settle_days: 7,
  settle_why: 'Mail servers try for up to five days.',
  machines: 'excluded',
  machines_why: 'HubSpot leaves opens by programs out, unless the account turned its bot filter off.',
  ...change,
});

export const period = (change: Partial<Period> = {}): Period => ({
  first_day: '2026-10-24',
  last_day: '2026-11-22',
  campaigns: 2,
  figures: figures(),
  provisional_until: null,
  state: 'settled',
  shown: true,
  ...change,
});

export const change = (now: number | null, before: number | null): Change => ({
  now,
  before,
  absolute: now === null || before === null ? null : now - before,
  relative: now === null || !before ? null : (now - before) / before,
});

export const comparison = (more: Partial<Comparison> = {}): Comparison => ({
  meaning: 'comparable',
  previous: period({ first_day: '2026-09-24', last_day: '2026-10-23' }),
  changes: {
    sent: change(1_000, 800),
    delivered: change(950, 780),
    opened: change(380, 390),
    clicked: change(57, 57),
    bounced: change(50, 20),
    complaints: change(1, 0),
    delivery_rate: change(0.95, 0.975),
  },
  ...more,
});

export const point = (day: string, more: Partial<Point> = {}): Point => ({
  first_day: day,
  last_day: day,
  starts_at: `${day}T00:00:00Z`,
  campaigns: 1,
  figures: figures(),
  provisional_until: null,
  state: 'settled',
  whole: true,
  ...more,
});

const days = (first: string, n: number) =>
  Array.from({ length: n - 1 }).reduce<string[]>((all) => [...all, nextDay(all.at(-1) as string)], [first]);

export const series = (more: Partial<Series> = {}): Series => ({
  first_day: '2026-10-24',
  last_day: '2026-11-22',
  interval: 'day',
  time_zone: 'Europe/Madrid',
  known_on: null,
  points: days('2026-10-24', 30).map((day) => point(day)),
  previous_points: [],
  total: period(),
  comparison: comparison(),
  data_age: [dataAge()],
  providers: [settling()],
  ...more,
});

export const summary = (more: Partial<Summary> = {}): Summary => ({
  sent_from: null,
  sent_to: null,
  time_zone: 'Europe/Madrid',
  campaigns: 2,
  figures: figures(),
  provisional_until: null,
  state: 'settled',
  comparison: null,
  data_age: [dataAge()],
  providers: [settling()],
  ...more,
});

export const compared = (more: Partial<Compared> = {}): Compared => ({
  metric: 'sent',
  ours: 9_400,
  theirs: 10_000,
  difference: -600,
  relative: 0.06,
  verdict: 'alarm',
  part: 'missing_page',
  needs_care: true,
  left_out: 0,
  parts: [
    { part: 'missing_page', amount: -560, campaigns: 2, examples: ['90210', '90211'] },
    { part: 'time_zone', amount: -40, campaigns: 1, examples: ['90212'] },
  ],
  ...more,
});

export const reconciliation = (more: Partial<Reconciliation> = {}): Reconciliation => ({
  id: 'recn_1',
  connection_id: 'conn_h1',
  provider: 'hubspot',
  account_label: 'Acme Marketing',
  account_time_zone: 'America/New_York',
  status: 'done',
  trigger: 'auto',
  created_at: ago(90),
  finished_at: ago(88),
  window_from: ago(60 * 24 * 90),
  window_until: ago(60 * 20),
  verdict: 'normal',
  metric: 'sent',
  part: null,
  calls_made: 4,
  metrics: [
    compared({ ours: 10_000, difference: 0, relative: 0, verdict: 'normal', part: null, needs_care: false, parts: [] }),
  ],
  error: null,
  ...more,
});
