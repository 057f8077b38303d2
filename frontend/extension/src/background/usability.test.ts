// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Browser, installBrowser } from '../test/browser.ts';
import { FakeServer, MAILBOX, SERVER, working } from '../test/server.ts';
import { overview, save } from './overview.ts';
import { forgetTab, onPageChange, openPlace } from './places.ts';
import { signIn, signOut } from './sign-in.ts';
import { tellGmail } from './telling.ts';
import { status } from './usability.ts';

let browser: Browser;
let server: FakeServer;

beforeEach(async () => {
  vi.useFakeTimers();
  browser = installBrowser();
  server = new FakeServer().install();
  browser.consent = server.consent;
  await signIn();
  server.seen = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const asked = () => server.paths().filter((one) => one.includes('usability')).length;

test('an answer is used for a few seconds, and never where a fresh one is wanted', async () => {
  await status(false);
  await status(false);
  expect(asked()).toBe(1);
  await status(true);
  expect(asked()).toBe(2);
  vi.advanceTimersByTime(16_000);
  await status(false);
  expect(asked()).toBe(3);
});

test('many who ask at once are one question', async () => {
  await Promise.all([status(true), status(true), status(true)]);
  expect(asked()).toBe(1);
});

test('an answer from before somebody signed out, or in as another, is neither shown nor kept', async () => {
  let answerLate: () => void = () => undefined;
  const late = new Promise<void>((done) => {
    answerLate = done;
  });
  const network = globalThis.fetch;
  let first = true;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const waits = first && url.includes('usability');
    if (waits) first = false;
    const answer = await network(url, init);
    if (waits) await late;
    return answer;
  });
  const asking = status(true);
  await vi.waitFor(() => expect(asked()).toBe(1));
  await signOut();
  await expect(status(true)).rejects.toMatchObject({ trouble: { code: 'signed_out' } });
  answerLate();
  await expect(asking).rejects.toMatchObject({ trouble: { code: 'signed_out' } });
  expect(browser.session.values['status']).toBeUndefined();
});

test('mailboxes of colleagues stand apart, in the server’s words', async () => {
  const other = { mailbox_id: 'mbx_9', address: 'Eve@example.com', code: 'role_required', detail: 'Not yours.' };
  server.usability = { ...working(), others: [other] };
  expect((await status(true)).others).toMatchObject([
    {
      id: 'mbx_9',
      address: 'eve@example.com',
      usable: false,
      trouble: { code: 'role_required', detail: 'Not yours.' },
    },
  ]);
});

test('the server’s own words are shown', async () => {
  const detail = 'Google no longer accepts the authorization. Reconnect it first.';
  server.usability = { ...working(), mailboxes: [{ ...MAILBOX, usable: false, code: 'connection_inactive', detail }] };
  const found = await status(true);
  expect(found.trouble).toBeNull();
  expect(found.mailboxes[0]).toMatchObject({ usable: false, trouble: { code: 'connection_inactive', detail } });
});

test('a page of something between us and the server is not taken for its answer', async () => {
  server.instead = [{ path: /usability/, answer: () => new Response('<h1>Please accept our terms</h1>') }];
  await expect(status(true)).rejects.toMatchObject({ trouble: { code: 'server_failed' } });
});

test('a word of the server that is new to us is told with its detail', async () => {
  server.usability = { usable: false, code: 'something_new', detail: 'It is so.', mailboxes: [] };
  expect((await status(true)).trouble).toMatchObject({ code: 'something_new', detail: 'It is so.' });
});

test('whoever was sent to the setup comes back to Gmail once something is connected', async () => {
  await openPlace('setup', { id: 7 } as chrome.tabs.Tab);
  expect(browser.opened).toEqual([{ url: `${SERVER}/integrations`, openerTabId: 7 }]);
  await onPageChange(101, `${SERVER}/integrations/google`);
  await onPageChange(102, `${SERVER}/integrations/google?connected=conn_1`);
  await onPageChange(101, 'https://evil.example/?connected=conn_1');
  expect(browser.focused).toEqual([]);
  await onPageChange(101, `${SERVER}/integrations/google?connected=conn_1`);
  expect([browser.focused, browser.told]).toEqual([[7], [7]]);
  await onPageChange(101, `${SERVER}/integrations/google?connected=conn_1`);
  expect(browser.focused).toEqual([7]);
});

test('a tab that was closed is forgotten', async () => {
  await openPlace('setup', { id: 7 } as chrome.tabs.Tab);
  await forgetTab(101);
  await onPageChange(101, `${SERVER}/integrations/google?connected=conn_1`);
  expect(browser.focused).toEqual([]);
});

test('every change is told to Gmail’s tabs, and the old answer is forgotten', async () => {
  await status(false);
  await tellGmail();
  await status(false);
  expect([asked(), browser.told]).toEqual([2, [7]]);
});

test('the overview says who is signed in, and with what', async () => {
  expect(await overview()).toMatchObject({
    reachable: true,
    account: { name: 'Ann', email: 'ann@example.com', organization: 'Acme' },
    status: { usable: true },
    trouble: null,
  });
});

test('a server that is away is told apart from being signed out', async () => {
  vi.useRealTimers();
  server.cuts = [{ path: /./, when: 'before', times: 99 }];
  expect(await overview()).toMatchObject({ reachable: false, trouble: { code: 'unreachable' } });
});

test('another server ends the sign-in with the old one first', async () => {
  browser.local.values['settings'] = { server: 'https://old.example', device: 'x' };
  expect(await save({ server: `${SERVER}/`, device: '  My laptop ' })).toEqual({ server: SERVER, device: 'My laptop' });
  expect(server.revoked).toEqual(['refresh-2']);
  expect(browser.local.values['grant']).toBeUndefined();
  expect(JSON.stringify(browser.rules)).toContain(`|${SERVER}/t/o/`);
});

test.each(['http://example.com', 'https://a@b.example', 'ftp://x.example', '', 'https://x.example/path'])(
  'the address “%s” is not taken',
  async (address) => {
    await expect(save({ server: address, device: '' })).rejects.toMatchObject({ trouble: { code: 'bad_server' } });
  },
);

test('an address by which the server does not know itself is not taken, since no sign-in could end well', async () => {
  const answer = () => new Response(JSON.stringify({ issuer: 'https://real.example' }));
  server.instead = [{ path: /well-known/, answer }];
  await expect(save({ server: SERVER, device: '' })).rejects.toMatchObject({
    trouble: { detail: expect.stringContaining('https://real.example') },
  });
});
