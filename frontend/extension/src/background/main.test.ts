// @vitest-environment node
import { beforeEach, expect, test, vi } from 'vitest';
import { type Browser, ID, installBrowser } from '../test/browser.ts';
import { FakeServer } from '../test/server.ts';

let browser: Browser;

const GMAIL = { id: ID, origin: 'https://mail.google.com', tab: { id: 7 }, frameId: 0 };
const PAGE = { id: ID, origin: `chrome-extension://${ID}` };

beforeEach(async () => {
  browser = installBrowser();
  const server = new FakeServer().install();
  browser.consent = server.consent;
  vi.resetModules();
  await import('./main.ts');
});

/** As the browser does: false at once where nobody will answer. */
function ask(message: unknown, sender: object): Promise<unknown> | false {
  type Hear = (message: unknown, sender: object, reply: (answer: unknown) => void) => boolean;
  const [hear] = browser.runtime.onMessage.listeners as unknown as [Hear];
  let later = false;
  const answer = new Promise((done) => {
    later = hear(message, sender, done);
  });
  return later && answer;
}

test('both storages are closed to content scripts before anything is answered', async () => {
  await ask({ kind: 'overview', ask: null }, PAGE);
  expect([browser.local.level, browser.session.level]).toEqual(['TRUSTED_CONTEXTS', 'TRUSTED_CONTEXTS']);
});

test('signed out, that is what Gmail’s side hears; signed in, the status', async () => {
  expect(await ask({ kind: 'status', ask: { fresh: true } }, GMAIL)).toMatchObject({
    ok: false,
    trouble: { code: 'signed_out', act: { does: 'sign_in' } },
  });
  expect(await ask({ kind: 'sign_in', ask: null }, GMAIL)).toEqual({ ok: true, value: null });
  expect(browser.told).toEqual([7]);
  expect(await ask({ kind: 'status', ask: { fresh: true } }, GMAIL)).toMatchObject({
    ok: true,
    value: { usable: true },
  });
});

test('no answer holds a token', async () => {
  await ask({ kind: 'sign_in', ask: null }, GMAIL);
  const answers = [
    await ask({ kind: 'status', ask: { fresh: true } }, GMAIL),
    await ask({ kind: 'overview', ask: null }, PAGE),
    await ask({ kind: 'diagnose', ask: null }, PAGE),
  ];
  expect(JSON.stringify(answers)).not.toMatch(/access-\d|refresh-\d/);
});

test('strangers hear nothing', () => {
  expect(ask({ kind: 'status', ask: {} }, { ...GMAIL, origin: 'https://evil.example' })).toBe(false);
  expect(ask({ kind: 'sign_out', ask: null }, GMAIL)).toBe(false);
});

test('what is malformed is refused in words, and remembered for diagnostics', async () => {
  const sent = { kind: 'send', ask: { compose: 'a b' } };
  expect(await ask(sent, GMAIL)).toMatchObject({ ok: false, trouble: { code: 'unreadable' } });
  expect(browser.session.values['last_trouble']).toContain('unreadable');
});
