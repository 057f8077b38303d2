import { expect, test } from 'vitest';
import { isOffline, problemText } from './problem.ts';

test.each([
  'Failed to fetch',
  'Failed to fetch dynamically imported module: https://app.example/assets/status.js',
  'network error',
  'NetworkError when attempting to fetch resource.',
  'error loading dynamically imported module: https://app.example/assets/status.js',
  'Load failed',
  'Importing a module script failed.',
  'The Internet connection appears to be offline.',
  'The network connection was lost.',
  'fetch failed',
  'terminated',
])('what did not come is told as the network’s fault: %s', (message) => {
  expect(isOffline(new TypeError(message))).toBe(true);
  expect(problemText(new TypeError(message)).title).toBe('Can’t reach the server');
});

test.each([
  new TypeError("Cannot read properties of undefined (reading 'map')"),
  new TypeError('undefined is not a function'),
  new Error('Failed to fetch'),
])('a mistake in a script is not blamed on the network: %s', (error) => {
  expect(isOffline(error)).toBe(false);
  expect(problemText(error).title).toBe('Something went wrong');
});
