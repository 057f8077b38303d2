import { expect, test } from 'vitest';
import { bounceKinds, count, percent, plural } from './numbers.ts';

test('1,000 sent and 50 bounced read as 95 % and 5 %', () => {
  expect(percent(950 / 1000, 'en')).toBe('95%');
  expect(percent(50 / 1000, 'en')).toBe('5%');
});

test('a rate without a base is n/a, a figure we do not hold is a dash', () => {
  expect(percent(null)).toBe('n/a');
  expect(count(null)).toBe('–');
  expect(count(0, 'en')).toBe('0');
});

test('small rates keep two digits, so that complaints do not round to nothing', () => {
  expect(percent(0.00105, 'en')).toBe('0.11%');
  expect(percent(0, 'en')).toBe('0%');
});

test('one campaign, two campaigns', () => {
  expect(plural(1, 'campaign', undefined, 'en')).toBe('1 campaign');
  expect(plural(1204, 'campaign', undefined, 'en')).toBe('1,204 campaigns');
});

test('kinds of bounces add up to all, also where one provider of several tells none', () => {
  expect(bounceKinds({ bounced: 50, hard_bounced: 30, soft_bounced: 20 })).toEqual(['30 hard', '20 soft']);
  expect(bounceKinds({ bounced: 60, hard_bounced: 30, soft_bounced: 20 })[2]).toBe('10 not told apart');
  expect(bounceKinds({ bounced: 50, hard_bounced: null, soft_bounced: null })).toEqual([]);
});
