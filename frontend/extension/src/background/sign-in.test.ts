// @vitest-environment node
import { beforeEach, describe, expect, test } from 'vitest';
import { type Browser, ID, installBrowser } from '../test/browser.ts';
import { FakeServer, SERVER } from '../test/server.ts';
import { codeOf, signIn, signOut } from './sign-in.ts';
import { accessToken } from './tokens.ts';

let browser: Browser;
let server: FakeServer;

beforeEach(() => {
  browser = installBrowser();
  server = new FakeServer().install();
  browser.consent = server.consent;
});

const failed = (work: () => unknown) => expect((async () => work())()).rejects;
const ended = (code: string) => expect.objectContaining({ trouble: expect.objectContaining({ code }) });

describe('sign-in', () => {
  test('by code and PKCE; the refresh token is kept, the access token only held', async () => {
    let asked = '';
    browser.consent = (url) => {
      asked = url;
      return server.consent(url);
    };
    await signIn();
    expect(browser.local.values['grant']).toEqual({ server: SERVER, refresh: 'refresh-2' });
    expect(JSON.stringify(browser.local.values)).not.toContain('access-1');
    expect(await accessToken(SERVER)).toBe('access-1');
    expect(new URL(asked).searchParams.get('scope')).toBe('status:read messages:send');
    expect(server.seen[0]?.body).toContain(encodeURIComponent(`https://${ID}.chromiumapp.org/cb`));
  });

  test('two clicks open one window', async () => {
    let opened = 0;
    browser.consent = async (url) => {
      opened += 1;
      return server.consent(url);
    };
    await Promise.all([signIn(), signIn()]);
    expect(opened).toBe(1);
  });

  test('a closed window changes nothing', async () => {
    await signIn();
    browser.consent = () => Promise.reject(new Error('The user did not approve access.'));
    await failed(signIn).toEqual(ended('sign_in_refused'));
    expect(await accessToken(SERVER)).toBe('access-1');
  });

  test('a page that does not load is told as such', async () => {
    browser.consent = () => Promise.reject(new Error('Authorization page could not be loaded.'));
    await failed(signIn).toEqual(ended('unreachable'));
  });

  test('another server that is chosen while the window is open ends it, and nothing is left behind', async () => {
    browser.consent = async (url) => {
      browser.local.values['settings'] = { server: 'https://other.example', device: 'x' };
      return server.consent(url);
    };
    await failed(signIn).toEqual(ended('sign_in_refused'));
    expect(server.revoked).toEqual(['refresh-2']);
    expect([browser.local.values['grant'], browser.session.values['access']]).toEqual([undefined, undefined]);
  });

  test('signing in anew ends what was before', async () => {
    await signIn();
    await signIn();
    expect(server.revoked).toEqual(['refresh-2']);
  });
});

describe('the answer must be ours', () => {
  const back = (given: Record<string, string>, host = `${ID}.chromiumapp.org`) =>
    `https://${host}/cb?${new URLSearchParams({ code: 'c', state: 's', iss: SERVER, ...given })}`;

  test('it is', () => expect(codeOf(back({}), 's', SERVER)).toBe('c'));
  test('an issuer with a slash at its end is the same', () =>
    expect(codeOf(back({ iss: `${SERVER}/` }), 's', SERVER)).toBe('c'));
  test.each([
    ['another state', back({ state: 'x' })],
    ['another issuer', back({ iss: 'https://evil.example' })],
    ['another address', back({}, 'evil.example')],
    ['no code', back({ code: '' })],
    ['a refusal', back({ error: 'access_denied' })],
  ])('%s is refused', async (_, landed) => {
    await failed(() => codeOf(landed, 's', SERVER)).toEqual(ended('sign_in_refused'));
  });
});

describe('tokens', () => {
  const late = () => {
    browser.session.values['access'] = { server: SERVER, token: 'access-1', until: Date.now() };
  };

  test('many who need a new one make one request', async () => {
    await signIn();
    late();
    server.seen = [];
    const found = await Promise.all([1, 2, 3, 4].map(() => accessToken(SERVER)));
    expect(new Set(found)).toEqual(new Set(['access-2']));
    expect(server.paths()).toEqual(['POST /oauth/token']);
    expect(browser.local.values['grant']).toEqual({ server: SERVER, refresh: 'refresh-3' });
  });

  test('a network that fails ends nothing', async () => {
    await signIn();
    late();
    server.cuts = [{ path: /token/, when: 'before', times: 1 }];
    await failed(() => accessToken(SERVER)).toEqual(ended('unreachable'));
    expect(await accessToken(SERVER)).toBe('access-2');
  });

  test('a refused refresh token signs out, and says that it ended', async () => {
    await signIn();
    late();
    server.refresh = 'another';
    await failed(() => accessToken(SERVER)).toEqual(ended('access_ended'));
    await failed(() => accessToken(SERVER)).toEqual(ended('access_ended'));
    expect(browser.local.values['grant']).toBeUndefined();
  });

  test('a refusal for another reason ends nothing', async () => {
    await signIn();
    late();
    const answer = () => new Response(JSON.stringify({ error: 'invalid_request' }), { status: 400 });
    server.instead = [{ path: /token/, answer }];
    await failed(() => accessToken(SERVER)).toEqual(ended('server_failed'));
    expect(await accessToken(SERVER)).toBe('access-2');
  });

  test('are shown to no other server', async () => {
    await signIn();
    await failed(() => accessToken('https://other.example')).toEqual(ended('signed_out'));
    expect(server.paths()).toEqual(['POST /oauth/token']);
  });

  test('without the permission of the browser that is what is said', async () => {
    await signIn();
    late();
    browser.allowed = false;
    server.cuts = [{ path: /token/, when: 'before', times: 1 }];
    await failed(() => accessToken(SERVER)).toEqual(ended('not_permitted'));
  });
});

describe('sign-out', () => {
  test('tells the server, and forgets', async () => {
    await signIn();
    expect(await signOut()).toEqual({ told: true });
    expect(server.revoked).toEqual(['refresh-2']);
    expect(browser.local.values).toEqual({});
    expect(browser.session.values).toEqual({});
    await failed(() => accessToken(SERVER)).toEqual(ended('signed_out'));
  });

  test('forgets also when the server cannot be told, and says so', async () => {
    await signIn();
    server.cuts = [{ path: /revoke/, when: 'before', times: 1 }];
    expect(await signOut()).toEqual({ told: false });
    expect(browser.local.values).toEqual({});
  });
});
