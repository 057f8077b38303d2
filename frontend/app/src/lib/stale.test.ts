import { expect, test, vi } from 'vitest';
import { reloadWhenStale } from './stale.ts';

test('a missing file of an older build reloads the page once, not for ever', () => {
  const reload = vi.fn();
  reloadWhenStale(reload);
  const missing = () => window.dispatchEvent(new Event('vite:preloadError', { cancelable: true }));
  expect(missing()).toBe(false);
  expect(reload).toHaveBeenCalledTimes(1);
  expect(missing()).toBe(true);
  expect(reload).toHaveBeenCalledTimes(1);
});
