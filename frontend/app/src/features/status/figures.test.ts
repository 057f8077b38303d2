import { expect, test } from 'vitest';
import { measured, providerFigures } from '../../test/diagnostics.ts';
import { NOT_ENOUGH, refreshCalls, shareText, slowest } from './figures.ts';

test('a share is rounded down: only a perfect record reads as 100 %', () => {
  expect(shareText(1, 'en')).toBe('100%');
  expect(shareText(0.999996, 'en')).toBe('99.99%');
  expect(shareText(0.95, 'en')).toBe('95%');
  expect(shareText(null, 'en')).toBe(NOT_ENOUGH);
});

test('detection times are those of the slowest provider', () => {
  const slow = providerFigures({ provider: 'klaviyo', detection_p50_s: 300, detection_p99_s: 350 });
  const silent = providerFigures({ provider: 'keap', detection_p50_s: null, detection_p99_s: null });
  expect(slowest(measured({ providers: [providerFigures(), slow, silent] }))).toEqual({ p50: 300, p99: 350 });
  expect(slowest(measured({ providers: [silent] }))).toBeNull();
});

test('refused refreshes are grants that ended, not failures of ours', () => {
  expect(refreshCalls(measured({ providers: [providerFigures({ refreshes: 100, refused: 4 })] }))).toEqual({
    tries: 96,
    refused: 4,
  });
});
