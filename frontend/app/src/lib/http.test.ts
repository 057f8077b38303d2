import { expect, test } from 'vitest';
import { safePath } from './http.ts';

test.each(['/campaigns?q=a', '/integrations/hubspot?account=conn_1', '/'])('%s is a place to return to', (path) => {
  expect(safePath(path)).toBe(path);
});

test.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/sign-in', null, 4])(
  '%s is not',
  (path) => {
    expect(safePath(path)).toBeUndefined();
  },
);
