import type { Recommendation, Score, ScoreDay, ScoreLine } from '../lib/types.ts';
import { ago } from './fixtures.ts';

export const line = (change: Partial<ScoreLine> = {}): ScoreLine => ({
  name: 'complaints',
  label: 'Spam complaints',
  explanation: 'How many recipients reported your mail as spam.',
  points: 2312,
  max: 2500,
  assessed: true,
  parts: [],
  ...change,
});

export const lines = (): ScoreLine[] => [
  line(),
  line({ name: 'bounces', label: 'Bounces', points: 1900, max: 2000 }),
  line({
    name: 'authentication',
    label: 'Authentication',
    points: 1700,
    max: 2000,
    parts: [
      { name: 'spf', label: 'SPF', points: 500, max: 500, assessed: true },
      { name: 'fcrdns', label: 'Reverse DNS', points: 0, max: 300, assessed: false },
    ],
  }),
  line({ name: 'blocklists', label: 'Blocklists', points: 1500, max: 1500 }),
  line({ name: 'engagement', label: 'Engagement', points: 1600, max: 2000 }),
  line({ name: 'limit', label: 'Limit', explanation: 'What the score is held down by.', points: -112, max: 0 }),
];

const NO_CHANGE = {
  dkim: null,
  dmarc: null,
  dmarc_aligned: null,
  dmarc_rua: null,
  dmarc_testing: null,
  fcrdns: null,
  spf: null,
};

export const recommendation = (change: Partial<Recommendation> = {}): Recommendation => ({
  code: 'A-dmarc-absent',
  title: 'Publish DMARC',
  text: 'example.com has no DMARC record. Begin with p=none and an address for reports.',
  severity: 'high',
  line: 'authentication',
  domain: 'example.com',
  campaign: null,
  gain: 312,
  score_after: 92,
  change: {
    all_unlisted: false,
    authentication: { ...NO_CHANGE, dmarc: 'none' },
    bulk: null,
    rates: {},
    unlisted: [],
  },
  ...change,
});

export const score = (change: Partial<Score> = {}): Score => ({
  domain: null,
  score: 89,
  band: 'good',
  label: 'Good',
  advice: 'Minor improvements are possible.',
  note: null,
  points: 8900,
  provisional: false,
  confidence: 'medium',
  as_of: '2026-11-22',
  computed_at: ago(3),
  version: 'ds-1',
  lines: lines(),
  caps: [
    {
      name: 'no_dmarc',
      text: 'There is no DMARC record that applies to your mail.',
      at_most: 8900,
      binding: true,
      domain: null,
    },
  ],
  rates: [
    { name: 'complaints', events: 12, messages: 40_000, observed: 0.0003, low: 0.0002, high: 0.0005, used: 0.0003 },
    { name: 'bounces', events: 400, messages: 40_000, observed: 0.01, low: 0.009, high: 0.011, used: 0.01 },
  ],
  facts: [],
  domains: [
    { domain: 'example.com', score: 92, band: 'excellent', points: 9210, provisional: false, share: 0.8 },
    { domain: 'example.net', score: 79, band: 'fair', points: 7930, provisional: true, share: 0.2 },
  ],
  recommendations: [recommendation()],
  ...change,
});

export const noScore = () =>
  score({
    score: null,
    band: null,
    label: 'Not enough data',
    advice: '',
    note: 'Not enough data: no mail and no sending domain is known yet. There is no score rather than a wrong one.',
    caps: [],
    rates: [],
    domains: [],
    recommendations: [],
  });

export const scoreDay = (change: Partial<ScoreDay> = {}): ScoreDay => ({
  day: '2026-11-21',
  score: 88,
  band: 'good',
  label: 'Good',
  advice: 'Minor improvements are possible.',
  note: null,
  points: 8810,
  provisional: false,
  confidence: 'medium',
  cap: 'no_dmarc',
  computed_at: ago(1000),
  lines: {},
  version: 'ds-1',
  ...change,
});
