import { expect, test } from 'vitest';
import { readSearch, toQuery } from './search.ts';

test('nonsense in the address is dropped, the rest is kept', () => {
  expect(readSearch({ q: 'sale', from: '2026-11-31x', to: '2026-11-20', sort: 'evil', account: 'conn_1' })).toEqual({
    q: 'sale',
    account: 'conn_1',
    from: undefined,
    to: '2026-11-20',
    sort: undefined,
    campaign: undefined,
  });
});

test('the last day of a range is included to its end, in the organization’s zone', () => {
  const query = toQuery({ from: '2026-11-01', to: '2026-11-30' }, 'Europe/Madrid');
  expect(query.sent_from).toBe('2026-10-31T23:00:00.000Z');
  expect(query.sent_to).toBe('2026-11-30T23:00:00.000Z');
});
