import { expect, test } from 'vitest';
import { money } from './money.ts';

test('amounts come in the smallest unit, whatever that is', () => {
  expect(money(5900, 'usd', 'en')).toBe('$59');
  expect(money(5950, 'usd', 'en')).toBe('$59.50');
  expect(money(5900, 'jpy', 'en')).toBe('¥5,900');
});
