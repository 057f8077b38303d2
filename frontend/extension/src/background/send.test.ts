// @vitest-environment node
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Mail } from '../shared/protocol.ts';
import { type Browser, installBrowser } from '../test/browser.ts';
import { FakeServer, MAILBOX, problem, SERVER, working } from '../test/server.ts';
import { outcome, send } from './send.ts';
import { signIn } from './sign-in.ts';
import { reportRest, reportSent, track } from './track.ts';

let browser: Browser;
let server: FakeServer;

beforeEach(async () => {
  browser = installBrowser();
  server = new FakeServer().install();
  browser.consent = server.consent;
  await signIn();
  server.seen = [];
});

const mail = (subject = 'Hello'): Mail => ({
  to: [{ address: 'bob@example.net', name: 'Bob' }],
  cc: [],
  bcc: [],
  subject,
  html: '<p>Hi <a href="https://example.org/">there</a></p>',
  text: 'Hi there',
});
const asked = (given: Partial<Parameters<typeof send>[0]> = {}) => ({
  compose: 'd1',
  mailbox: 'mbx_1',
  mail: mail(),
  again: false,
  ...given,
});
const ended = (code: string) => expect.objectContaining({ trouble: expect.objectContaining({ code }) });

describe('sending', () => {
  test('asks whether it may, makes the message and sends it', async () => {
    const taken = await send(asked());
    expect(taken).toEqual({ message: 'msg_1', state: 'queued', before: false });
    expect(server.paths()).toEqual(['GET /v1/sending/usability', 'POST /v1/messages', 'POST /v1/messages/msg_1/send']);
    expect(JSON.parse(server.seen[1]?.body ?? '')).toMatchObject({ mailbox_id: 'mbx_1', subject: 'Hello' });
    expect(server.seen.every((one) => one.headers.get('authorization') === 'Bearer access-1')).toBe(true);
  });

  test('keeps nothing of the mail', async () => {
    await send(asked());
    const all = JSON.stringify([browser.local.values, browser.session.values]);
    expect(all).not.toMatch(/bob@example\.net|Hello|Hi there/);
  });

  test.each([
    ['the message was made', /messages$/],
    ['it was sent', /send$/],
  ])('an answer that is lost after %s is asked for again, and it is sent once', async (_, path) => {
    server.cuts = [{ path, when: 'after', times: 2 }];
    const taken = await send(asked());
    expect(taken.before).toBe(false);
    expect([server.messages.size, server.sent()]).toEqual([1, 1]);
  });

  test.each(['before', 'after'] as const)(
    'a network that stays away %s it came, then another try: sent once',
    async (when) => {
      server.cuts = [{ path: /send$/, when, times: 3 }];
      await expect(send(asked())).rejects.toEqual(ended('unreachable'));
      const taken = await send(asked());
      expect([server.messages.size, server.sent()]).toEqual([1, 1]);
      expect(taken.before).toBe(when === 'after');
    },
  );

  test('a double click is one mail', async () => {
    const [first, second] = await Promise.all([send(asked()), send(asked())]);
    expect([first?.before, second?.before]).toEqual([false, true]);
    expect(server.sent()).toBe(1);
  });

  test('changed after a lost answer: the first one counts, and nothing more is sent', async () => {
    server.cuts = [{ path: /send$/, when: 'after', times: 3 }];
    await expect(send(asked())).rejects.toEqual(ended('unreachable'));
    const taken = await send(asked({ mail: mail('Other words') }));
    expect(taken).toEqual({ message: 'msg_1', state: 'queued', before: true });
    expect(server.sent()).toBe(1);
  });

  test('changed before it was sent: the earlier draft goes, the new words are sent', async () => {
    server.cuts = [{ path: /send$/, when: 'before', times: 3 }];
    await expect(send(asked())).rejects.toEqual(ended('unreachable'));
    await send(asked({ mail: mail('Other words') }));
    expect([...server.messages.values()].map((one) => one.subject)).toEqual(['Other words']);
    expect(server.sent()).toBe(1);
  });

  test('the same draft in another window, as after a reload of the tab, is not sent again', async () => {
    await send(asked());
    expect((await send(asked({ compose: 'd2' }))).before).toBe(true);
    expect(server.sent()).toBe(1);
  });

  test.each(['failed', 'cancelled'])('after it %s nothing has left, so the next try sends it', async (state) => {
    await send(asked());
    const first = server.messages.get('msg_1');
    if (first) Object.assign(first, { state, sent: 0 });
    expect(await send(asked())).toEqual({ message: 'msg_1', state: 'queued', before: false });
    expect(server.sent()).toBe(1);
    if (first) Object.assign(first, { state, sent: 0 });
    await send(asked({ mail: mail('Other words') }));
    expect([...server.messages.values()]).toMatchObject([{ subject: 'Other words', state: 'queued' }]);
  });

  test('a draft that was deleted under My Emails meanwhile is made anew', async () => {
    server.cuts = [{ path: /send$/, when: 'before', times: 3 }];
    await expect(send(asked())).rejects.toEqual(ended('unreachable'));
    server.messages.delete('msg_1');
    server.messages.set('msg_0', { id: 'msg_0', state: 'sent', subject: 'another', sent: 0 });
    expect(await send(asked())).toEqual({ message: 'msg_2', state: 'queued', before: false });
    expect(server.sent()).toBe(1);
  });

  test('once more on purpose is once more', async () => {
    await send(asked());
    expect(await send(asked({ compose: 'd1-1', again: true }))).toMatchObject({ before: false });
    expect(await send(asked({ compose: 'd1-1', again: true }))).toMatchObject({ before: true });
    expect(server.sent()).toBe(2);
  });

  test('the service worker may end in between', async () => {
    server.cuts = [{ path: /send$/, when: 'after', times: 3 }];
    await expect(send(asked())).rejects.toEqual(ended('unreachable'));
    vi.resetModules();
    const anew = await import('./send.ts');
    expect(await anew.send(asked())).toMatchObject({ before: true });
    expect(server.sent()).toBe(1);
  });
});

describe('what is in the way is said before anything is made', () => {
  const refusing = (code: string) => ({ ...working(), usable: false, code, detail: `detail of ${code}` });

  test.each(['no_active_integration', 'subscription_inactive', 'role_required'])('%s', async (code) => {
    server.usability = refusing(code);
    await expect(send(asked())).rejects.toEqual(ended(code));
    expect(server.messages.size).toBe(0);
  });

  test('the mailbox itself', async () => {
    server.usability = {
      ...working(),
      mailboxes: [{ ...MAILBOX, usable: false, code: 'connection_inactive', detail: 'Why.' }],
    };
    await expect(send(asked())).rejects.toMatchObject({ trouble: { code: 'connection_inactive', detail: 'Why.' } });
    await expect(send(asked({ mailbox: 'mbx_2' }))).rejects.toEqual(ended('not_connected'));
    await expect(track(asked())).rejects.toEqual(ended('connection_inactive'));
    expect(server.messages.size).toBe(0);
  });

  test('a mailbox that became a colleague’s while somebody wrote', async () => {
    const other = { mailbox_id: 'mbx_1', address: 'ann@example.com', code: 'role_required', detail: 'Not yours.' };
    server.usability = { ...refusing('no_active_integration'), mailboxes: [], others: [other] };
    await expect(send(asked())).rejects.toMatchObject({ trouble: { code: 'role_required', detail: 'Not yours.' } });
    server.usability = { ...server.usability, code: 'subscription_inactive' };
    await expect(send(asked())).rejects.toEqual(ended('subscription_inactive'));
    expect(server.messages.size).toBe(0);
  });

  test('what the server refuses at the last moment, in its words; the next try goes on from there', async () => {
    server.instead = [{ path: /send$/, answer: () => problem(402, 'subscription_inactive', 'The trial has ended.') }];
    await expect(send(asked())).rejects.toMatchObject({
      trouble: { code: 'subscription_inactive', detail: 'The trial has ended.', act: { place: 'billing' } },
    });
    await send(asked());
    expect([server.messages.size, server.sent()]).toEqual([1, 1]);
  });

  test('too many requests', async () => {
    server.instead = [{ path: /usability/, answer: () => problem(429, 'rate_limited') }];
    await expect(send(asked())).rejects.toEqual(ended('rate_limited'));
  });

  test('a token that was revoked meanwhile is replaced once; if that is refused, too, the sign-in has ended', async () => {
    server.access.clear();
    await send(asked());
    expect(server.paths()).toContain('POST /oauth/token');
    server.access.clear();
    server.refresh = 'another';
    await expect(send(asked({ compose: 'd9', mail: mail('Nine') }))).rejects.toEqual(ended('access_ended'));
  });
});

describe('tracking', () => {
  test('is registered once, however often it is tried', async () => {
    server.cuts = [{ path: /tracked/, when: 'after', times: 1 }];
    const first = await track(asked());
    expect(first).toEqual({
      message: 'msg_t',
      pixel: `${SERVER}/t/o/x.gif`,
      links: [{ from: 'https://example.org/', to: `${SERVER}/t/c/x` }],
    });
    expect(await track(asked())).toEqual(first);
    expect(new Set(server.seen.map((one) => one.headers.get('idempotency-key')).filter(Boolean)).size).toBe(1);
  });

  test('that Gmail took it is told, later where it cannot be told now', async () => {
    await track(asked());
    server.cuts = [{ path: /reported/, when: 'before', times: 3 }];
    await reportSent('msg_t');
    expect([server.reported, browser.local.values['reports']]).toMatchObject([[], [{ message: 'msg_t' }]]);
    await reportRest();
    expect([server.reported, browser.local.values['reports']]).toEqual([['msg_t'], []]);
    await reportSent('msg_gone'); // the server knows no such mail: nothing to tell it ever
    expect(browser.local.values['reports']).toEqual([]);
  });

  const answering = (pixel_url: string, tracked_url = 'https://links.example/t/c/x') => {
    const links = [{ url: 'https://example.org/', tracked_url }];
    server.instead = [
      {
        path: /tracked/,
        answer: () => new Response(JSON.stringify({ id: 'msg_t', pixel_url, links }), { status: 201 }),
      },
    ];
  };

  test('a host of its own for tracking is taken as the server gives it', async () => {
    answering('https://links.example/t/o/x.gif');
    expect(await track(asked())).toEqual({
      message: 'msg_t',
      pixel: 'https://links.example/t/o/x.gif',
      links: [{ from: 'https://example.org/', to: 'https://links.example/t/c/x' }],
    });
    answering('https://links.example/mails/t/o/x.gif');
    expect(await track(asked())).toMatchObject({ pixel: 'https://links.example/mails/t/o/x.gif' });
    answering('http://127.0.0.2:9999/t/o/x.gif'); // plain, as the server of these tests
    expect(await track(asked({ compose: 'd2' }))).toMatchObject({ pixel: 'http://127.0.0.2:9999/t/o/x.gif' });
  });

  test.each([
    ['a picture of somebody else', 'https://evil.example/p.gif', undefined],
    ['a longer path', 'https://links.example/t/o/x/y.gif', undefined],
    ['a query', 'https://links.example/t/o/x.gif?to=https://evil.example', undefined],
    ['a link in place of a picture', 'https://links.example/t/c/x', undefined],
    ['a script', 'https://links.example/t/o/x.gif', 'javascript:/t/c/x'],
    ['credentials', 'https://links.example/t/o/x.gif', 'https://ann:x@links.example/t/c/x'],
    ['a way out of the path', 'https://links.example/t/o/../../x.gif', undefined],
  ])('%s is no address for tracking, and does not get into the draft', async (_, pixel, link) => {
    answering(pixel, link);
    await expect(track(asked())).rejects.toEqual(ended('server_failed'));
  });
});

test('what became of a mail is told in plain words', async () => {
  await send(asked());
  const message = server.messages.get('msg_1');
  expect(await outcome('msg_1')).toMatchObject({ state: 'queued', ended: false, bad: false });
  if (message) message.state = 'failed';
  expect(await outcome('msg_1')).toMatchObject({
    state: 'failed',
    ended: true,
    bad: true,
    failed: { code: 'not_sent' },
  });
});
