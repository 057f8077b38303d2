import type { DmarcSummary, DomainDetail, DomainLook, RecordResult, SendingDomain } from '../lib/types.ts';
import { ago } from './fixtures.ts';

export const result = (change: Partial<RecordResult> = {}): RecordResult => ({
  check: 'spf',
  part: '',
  name: 'example.com',
  verdict: 'valid',
  summary: 'One SPF record, which covers your senders.',
  findings: [],
  records: ['v=spf1 include:_spf.example.net ~all'],
  aliases: [],
  publish: [],
  facts: { lookups: 3 },
  ...change,
});

export const results = (): RecordResult[] => [
  result(),
  result({
    check: 'dkim',
    part: 's1',
    name: 's1._domainkey.example.com',
    verdict: 'fault',
    summary: 'The key is too short.',
    findings: [{ code: 'short', severity: 'critical', text: 'The key has 512 bits.' }],
    records: ['v=DKIM1; p=MFww'],
    facts: {},
  }),
  result({
    check: 'dmarc',
    name: '_dmarc.example.com',
    verdict: 'absent',
    summary: 'There is no DMARC record.',
    records: [],
    facts: {},
    publish: [
      {
        name: '_dmarc.example.com',
        type: 'TXT',
        value: 'v=DMARC1; p=none; rua=mailto:dmarc@example.com',
        instead: false,
      },
    ],
  }),
  result({ check: 'mx', verdict: 'unknown', summary: 'The DNS did not answer in time.', records: [], facts: {} }),
];

export const look = (change: Partial<DomainLook> = {}): DomainLook => ({
  id: 'dch_1',
  at: ago(5),
  trigger: 'schedule',
  resolver: '127.0.0.1',
  took_ms: 240,
  results: results(),
  answers: [
    {
      name: 'example.com',
      type: 'TXT',
      outcome: 'found',
      raw: ['"v=spf1 include:_spf.example.net ~all"'],
      reason: null,
      ttl: 300,
      aliases: [],
    },
    { name: 'example.com', type: 'MX', outcome: 'unknown', raw: [], reason: 'timeout', ttl: null, aliases: [] },
  ],
  ...change,
});

export const sendingDomain = (change: Partial<SendingDomain> = {}): SendingDomain => ({
  id: 'dom_1',
  name: 'example.com',
  display_name: 'example.com',
  registered: 'example.com',
  source: 'entered',
  selectors: [
    { selector: 's1', source: 'entered' },
    { selector: 'k1', source: 'found' },
  ],
  sending_ips: [{ address: '198.51.100.7', shared: false }],
  version: 1,
  created_at: ago(5000),
  checked_at: ago(5),
  next_check_at: new Date(Date.now() + 600_000).toISOString(),
  watched_until: new Date(Date.now() + 86_400_000).toISOString(),
  standings: results().map(({ check, part, name, verdict, summary }) => ({
    check,
    part,
    name,
    verdict,
    summary,
    standing: verdict === 'unknown' ? 'valid' : verdict,
    since: ago(3000),
    definite_at: ago(60),
    seen_at: ago(5),
  })),
  ...change,
});

export const dmarcSummary = (change: Partial<DmarcSummary> = {}): DmarcSummary => ({
  days: 30,
  reports: 2,
  last_ends_at: ago(600),
  messages: 1000,
  passing: 950,
  dkim_aligned: 940,
  spf_aligned: 800,
  passing_share: 0.95,
  aligned: true,
  unaligned_sources: [],
  ...change,
});

export const domainDetail = (change: Partial<DomainDetail> = {}): DomainDetail => ({
  ...sendingDomain(),
  latest: look(),
  dmarc_reports: dmarcSummary({ reports: 0, messages: 0, passing: 0, dkim_aligned: 0, spf_aligned: 0 }),
  suggested_ips: [],
  note: 'A changed record can take 24 to 48 hours until everybody sees it.',
  hints: [
    {
      provider: 'klaviyo',
      name: 'Klaviyo',
      text: 'Klaviyo wants its own records.',
      where: 'Settings, Domains.',
      url: 'https://help.example.com/klaviyo',
      publish: [],
    },
  ],
  ...change,
});
