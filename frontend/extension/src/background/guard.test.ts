// @vitest-environment node
import { beforeEach, describe, expect, test } from 'vitest';
import { ID, installBrowser } from '../test/browser.ts';
import { allowed } from './guard.ts';

beforeEach(() => {
  installBrowser();
});

type Sender = chrome.runtime.MessageSender;
const gmail = { id: ID, origin: 'https://mail.google.com', tab: { id: 7 }, frameId: 0 } as unknown as Sender;
const page = { id: ID, origin: `chrome-extension://${ID}` } as Sender;
const mail = { to: [{ address: 'a@b.co', name: '' }], cc: [], bcc: [], subject: 's', html: 'h', text: 't' };
const sending = { kind: 'send', ask: { compose: 'd1', mailbox: 'mbx_1', mail, again: false } };

describe('from Gmail', () => {
  test('mail may be sent, and nothing comes along that is not asked for', () => {
    const found = allowed({ kind: 'send', ask: { ...sending.ask, server: 'https://evil.example' }, more: 1 }, gmail);
    expect(found).toEqual(sending);
  });

  test.each(['sign_out', 'save', 'overview', 'diagnose', 'page_open', ''])('“%s” is not answered', (kind) => {
    expect(allowed({ kind, ask: {} }, gmail)).toBeNull();
  });

  test.each([
    ['another extension', { ...gmail, id: 'x' }],
    ['another site', { ...gmail, origin: 'https://mail.google.com.evil.example' }],
    ['a frame', { ...gmail, frameId: 3 }],
    ['no tab', { ...gmail, tab: undefined }],
  ])('%s is not answered', (_, sender) => expect(allowed(sending, sender as Sender)).toBeNull());

  test.each([
    ['a path as an id', { ...sending.ask, mailbox: '../me' }],
    ['a fragment in an id', { ...sending.ask, mailbox: 'mbx_1#' }],
    ['an id that is none', { ...sending.ask, compose: 5 }],
    ['a subject without an end', { ...sending.ask, mail: { ...mail, subject: 'x'.repeat(501) } }],
    ['a thousand people', { ...sending.ask, mail: { ...mail, to: Array(101).fill(mail.to[0]) } }],
  ])('%s is refused', (_, ask) => {
    expect(() => allowed({ kind: 'send', ask }, gmail)).toThrow();
  });

  test.each(['sent', 'outcome'])('“%s” is of a message', (kind) => {
    expect(allowed({ kind, ask: { message: 'msg_1' } }, gmail)).toEqual({ kind, ask: { message: 'msg_1' } });
    for (const message of ['mbx_1', 'msg_1/send', 'msg_1#', 'tracked', null]) {
      expect(() => allowed({ kind, ask: { message } }, gmail)).toThrow();
    }
  });

  test.each(['https://evil.example', '/etc', null, 'constructor'])('no page %s is opened', (place) => {
    expect(() => allowed({ kind: 'open', ask: { place } }, gmail)).toThrow();
  });

  test.each(['nonsense', null, 5, [], { kind: 7 }])('%s is not answered', (message) => {
    expect(allowed(message, gmail)).toBeNull();
  });
});

describe('from our own pages', () => {
  test('settings may be changed', () => {
    expect(allowed({ kind: 'sign_out', ask: null }, page)).toEqual({ kind: 'sign_out', ask: null });
  });
  test('mail is sent from Gmail only', () => expect(allowed(sending, page)).toBeNull());
});
