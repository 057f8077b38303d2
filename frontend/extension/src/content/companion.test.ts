import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FromGmail } from '../shared/protocol.ts';
import { trouble } from '../shared/words.ts';
import { byHand, MAIL, MAILBOX, status, Window, withHands } from '../test/page.ts';
import { Companion } from './companion.ts';
import { Feed } from './feed.ts';

type Answers = { [K in keyof FromGmail]?: (ask: FromGmail[K]['ask']) => unknown };

let made: Companion[];
let window_: Window;
let answers: Answers;
let asked: { kind: string; ask: unknown }[];

function worker(): void {
  const sendMessage = vi.fn(async ({ kind, ask }: { kind: keyof FromGmail; ask: never }) => {
    asked.push({ kind, ask });
    const answer = answers[kind]?.(ask) ?? null;
    return answer instanceof Error ? { ok: false, trouble: trouble(answer.message) } : { ok: true, value: answer };
  });
  vi.stubGlobal('chrome', { runtime: { id: 'x', sendMessage } });
}

beforeEach(() => {
  document.body.replaceChildren();
  HTMLElement.prototype.showPopover = () => {};
  HTMLElement.prototype.hidePopover = () => {};
  const matches = Element.prototype.matches;
  vi.spyOn(Element.prototype, 'matches').mockImplementation(function (this: Element, selector: string) {
    return selector === ':popover-open' ? false : matches.call(this, selector);
  });
  made = [];
  withHands();
  asked = [];
  answers = {
    status: () => status(),
    outcome: () => ({ state: 'sent', detail: 'Sent.', ended: true, bad: false, failed: null }),
  };
  window_ = new Window();
  worker();
});

afterEach(() => {
  for (const one of made) one.gone();
});

const shadow = () => document.querySelector('[data-mailwarden]')?.shadowRoot as ShadowRoot;
const words = () => shadow().textContent ?? '';
const toggle = () => shadow().querySelector<HTMLButtonElement>('button.open')?.textContent;
const button = (name: string) =>
  [...shadow().querySelectorAll('button')].find((one) => one.textContent === name) as HTMLButtonElement;

async function press(name: string): Promise<void> {
  const click = new MouseEvent('click');
  byHand.add(click);
  button(name).dispatchEvent(click);
  await settle();
}
const settle = () => new Promise((done) => setTimeout(done, 20));

async function companion(): Promise<void> {
  made.push(new Companion(window_, new Feed()));
  await settle();
}

describe('before anything is pressed', () => {
  test('the button warns by itself when there is no active integration', async () => {
    answers.status = () => status({ usable: false, mailboxes: [], trouble: trouble('no_active_integration') });
    await companion();
    expect(toggle()).toBe('⚠ No active integrations');
    expect(button('Send with Mailwarden').disabled).toBe(true);
    expect(button('Track, Gmail sends').disabled).toBe(true);
    await press('Set up an integration');
    expect(asked).toContainEqual({ kind: 'open', ask: { place: 'setup' } });
  });

  test.each([
    ['subscription_inactive', 'Your subscription has ended', 'Open billing'],
    ['role_required', 'Your role does not allow this', 'See whom to ask'],
    ['permission_missing', 'A permission is missing', 'Grant the permission'],
    ['signed_out', 'You are signed out of Mailwarden', 'Sign in'],
    ['unreachable', 'Mailwarden cannot be reached', 'Try again'],
    ['rate_limited', 'Too much at once', 'Try again'],
  ])('%s has words and a button of its own', async (code, title, act) => {
    answers.status = () => new Error(code);
    await companion();
    expect(toggle()).toBe(`⚠ ${title}`);
    expect(button(act)).toBeTruthy();
    expect(button('Send with Mailwarden').disabled).toBe(true);
  });

  test('an address that is not connected is told, and another mailbox is never taken by guess', async () => {
    window_.from = 'other@example.com';
    await companion();
    expect(toggle()).toBe('⚠ This address is not connected');
    expect(button('Send with Mailwarden').disabled).toBe(true);
  });

  test('a page’s own clicks send nothing', async () => {
    await companion();
    button('Send with Mailwarden').click();
    await settle();
    expect(asked.map((one) => one.kind)).not.toContain('send');
  });
});

describe('sending', () => {
  test('closes Gmail’s draft only after the server has the mail', async () => {
    answers.send = () => {
      expect(window_.done).toEqual([]);
      return { message: 'msg_1', state: 'queued', before: false };
    };
    await companion();
    await press('Send with Mailwarden');
    expect(window_.done).toEqual(['discarded']);
  });

  test('what is refused leaves the draft alone and says why', async () => {
    answers.send = () => new Error('suppressed');
    await companion();
    await press('Send with Mailwarden');
    expect(words()).toContain('A recipient is on the suppression list');
    expect(window_.done).toEqual([]);
    expect(window_.open).toBe(true);
  });

  test('after a repair the same draft is sent by “Try again”', async () => {
    let broken = true;
    const inactive = trouble('connection_inactive', 'Google no longer accepts it.');
    answers.send = () => (broken ? new Error('connection_inactive') : { message: 'm', state: 'queued', before: false });
    answers.status = () => status({ mailboxes: [{ ...MAILBOX, usable: !broken, trouble: broken ? inactive : null }] });
    broken = false;
    const feed = new Feed();
    made.push(new Companion(window_, feed));
    await settle();
    broken = true;
    await press('Send with Mailwarden');
    expect(words()).toContain('Google no longer accepts it.');
    expect(window_.done).toEqual([]);
    broken = false;
    await feed.refresh(true);
    expect(words()).toContain('It works again');
    await press('Try again');
    expect(window_.done).toEqual(['discarded']);
  });

  test('what fails a moment later leaves the draft alone, too, and the next try is another one', async () => {
    answers.send = () => ({ message: 'msg_1', state: 'queued', before: false });
    const failed = trouble('connection_inactive', 'Google no longer accepts it.');
    answers.outcome = () => ({ state: 'failed', detail: '', ended: true, bad: true, failed });
    await companion();
    answers.status = () => status({ mailboxes: [{ ...MAILBOX, usable: false, trouble: failed }] });
    await press('Send with Mailwarden');
    expect(words()).toContain('Google no longer accepts it.');
    expect([window_.done, window_.open]).toEqual([[], true]);
  });

  test('a draft that was changed while it was sent stays open', async () => {
    answers.send = () => {
      window_.draft = { ...window_.draft, mail: { ...MAIL, html: 'more' } };
      return { message: 'msg_1', state: 'queued', before: false };
    };
    await companion();
    await press('Send with Mailwarden');
    expect(words()).toContain('You changed the draft meanwhile');
    expect(window_.done).toEqual([]);
  });

  test('an earlier hand-over is told; nothing is discarded unasked', async () => {
    answers.send = () => ({ message: 'msg_1', state: 'sent', before: true });
    await companion();
    await press('Send with Mailwarden');
    expect(words()).toContain('This mail was handed over already');
    expect(window_.done).toEqual([]);
    await press('Send it once more');
    const [first, second] = asked
      .filter((one) => one.kind === 'send')
      .map((one) => one.ask as { compose: string; again: boolean });
    expect([first, second]).toMatchObject([
      { compose: 'w1', again: false },
      { compose: 'w1-1', again: true },
    ]);
  });

  test.each([
    ['attachments', { onlyGmail: { code: 'has_files' } }, 'This mail has attachments or pictures'],
    ['nobody to send to', { broken: { code: 'no_recipients' } }, 'No recipients yet'],
  ])('with %s it is not sent', async (_, given, title) => {
    window_.draft = { ...window_.draft, ...given };
    await companion();
    await press('Send with Mailwarden');
    expect(words()).toContain(title);
    expect(asked.map((one) => one.kind)).not.toContain('send');
  });
});

describe('tracking', () => {
  test('changes the draft only after it is registered, then Gmail sends', async () => {
    answers.track = () => ({ message: 'msg_t', pixel: null, links: [] });
    await companion();
    await press('Track, Gmail sends');
    expect(window_.done).toEqual(['rewritten', 'sent by Gmail']);
    expect(asked).toContainEqual({ kind: 'sent', ask: { message: 'msg_t' } });
  });

  test('where Gmail’s button does nothing, the next try begins with the draft as it was', async () => {
    answers.track = () => ({ message: 'msg_t', pixel: null, links: [] });
    window_.closes = false;
    await companion();
    await press('Track, Gmail sends');
    await vi.waitFor(() => expect(words()).toContain('Press Gmail’s own Send button now'), 6_000);
    await press('Track, Gmail sends');
    expect(window_.done.slice(0, 4)).toEqual(['rewritten', 'sent by Gmail', 'put back', 'rewritten']);
    expect(asked.map((one) => one.kind)).not.toContain('sent');
  }, 15_000);

  test.each([
    ['pressed Gmail’s button by hand', true],
    ['closed the window', false],
  ])(
    'when the person %s after it, that is what the server hears',
    async (_, pressed) => {
      answers.track = () => ({ message: 'msg_t', pixel: null, links: [] });
      window_.closes = false;
      await companion();
      await press('Track, Gmail sends');
      await vi.waitFor(() => expect(words()).toContain('Press Gmail’s own Send button now'), 6_000);
      window_.pressed = pressed;
      made[0]?.gone();
      await settle();
      made[0]?.gone();
      expect(asked.filter((one) => one.kind === 'sent')).toHaveLength(pressed ? 1 : 0);
    },
    15_000,
  );

  test('what cannot be registered is not changed', async () => {
    answers.track = () => new Error('unreachable');
    await companion();
    await press('Track, Gmail sends');
    expect(window_.done).toEqual([]);
  });
});

describe('after a reload of the extension', () => {
  test('it says so in plain words, and nothing breaks', async () => {
    await companion();
    vi.stubGlobal('chrome', { runtime: {} });
    await press('Send with Mailwarden');
    expect(words()).toContain('Reload this tab');
    expect(window_.done).toEqual([]);
  });

  test('also where the connection breaks in the middle', async () => {
    await companion();
    const runtime: { id?: string; sendMessage: () => Promise<never> } = {
      id: 'x',
      sendMessage: () => {
        delete runtime.id;
        return Promise.reject(new Error('Extension context invalidated.'));
      },
    };
    vi.stubGlobal('chrome', { runtime });
    await press('Send with Mailwarden');
    expect(words()).toContain('Mailwarden was reloaded or updated');
  });

  test('a worker that was stopped in the middle is told apart', async () => {
    await companion();
    const closed = () => Promise.reject(new Error('The message channel closed before a response was received'));
    vi.stubGlobal('chrome', { runtime: { id: 'x', sendMessage: closed } });
    await press('Send with Mailwarden');
    expect(words()).toContain('The browser stopped Mailwarden in the middle');
  });
});
