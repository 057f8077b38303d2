import type { ScoreChange } from '../../lib/types.ts';

export type Authentication = NonNullable<ScoreChange['authentication']>;

/** What somebody tries out. `of`: the domain that changes; all of them without. */
export type Trial = { change: ScoreChange; of?: string | undefined };

type Choice = { name: 'spf' | 'dkim' | 'dmarc'; label: string; data: { value: string; label: string }[] };

export const AUTHENTICATION: Choice[] = [
  {
    name: 'spf',
    label: 'SPF',
    data: [
      { value: 'covers', label: 'Valid, covers your senders' },
      { value: 'neutral', label: 'No decision at its end' },
      { value: 'not_covering', label: 'Does not cover your senders' },
      { value: 'pass_all', label: 'Ends in +all' },
      { value: 'permerror', label: 'In error' },
      { value: 'none', label: 'None' },
    ],
  },
  {
    name: 'dkim',
    label: 'DKIM',
    data: [
      { value: 'strong', label: '2048 bits or more' },
      { value: 'fair', label: '1024 to 2047 bits' },
      { value: 'weak', label: 'Shorter' },
      { value: 'revoked', label: 'Revoked' },
      { value: 'none', label: 'None' },
    ],
  },
  {
    name: 'dmarc',
    label: 'DMARC',
    data: [
      { value: 'reject', label: 'p=reject' },
      { value: 'quarantine', label: 'p=quarantine' },
      { value: 'none', label: 'p=none' },
      { value: 'invalid', label: 'Void' },
      { value: 'absent', label: 'None' },
    ],
  },
];

export const SWITCHES = [
  { name: 'dmarc_aligned', label: 'Mail is aligned with the domain' },
  { name: 'dmarc_rua', label: 'DMARC reports are asked for (rua)' },
  { name: 'fcrdns', label: 'Every address has reverse DNS that leads back' },
] as const;

export function isChanged({
  rates = {},
  authentication = {},
  bulk,
  unlisted = [],
  all_unlisted,
}: ScoreChange): boolean {
  const facts = Object.values(authentication).some((value) => value !== null && value !== undefined);
  return Object.keys(rates).length > 0 || facts || (bulk ?? null) !== null || unlisted.length > 0 || !!all_unlisted;
}
