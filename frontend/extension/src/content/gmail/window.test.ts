import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { GmailPage } from './page.ts';
import { parsePerson } from './people.ts';
import { VERSION } from './selectors.ts';
import { GmailWindow } from './window.ts';

const PAGE = readFileSync(join(import.meta.dirname, `../../../e2e/fixtures/gmail-v${VERSION}.html`), 'utf8');

let root: Element;
let window_: GmailWindow;

/** The compose window of the fixture, as it opens. */
function compose(): HTMLElement {
  const parsed = new DOMParser().parseFromString(PAGE, 'text/html');
  const template = parsed.querySelector<HTMLTemplateElement>('#compose-window');
  const made = document.importNode(template?.content.firstElementChild as Element, true);
  document.body.append(made);
  return made as HTMLElement;
}

const at = <T extends Element = HTMLElement>(selector: string) => root.querySelector(selector) as unknown as T;
const set = (selector: string, value: string) => {
  at<HTMLInputElement>(selector).value = value;
};

function chip(kind: string, address: string, name = address): void {
  const option = document.createElement('div');
  option.setAttribute('role', 'option');
  option.dataset['hovercardId'] = address;
  option.dataset['name'] = name;
  at(`[name=${kind}] [role=listbox]`).append(option);
}

beforeEach(() => {
  document.body.replaceChildren();
  document.title = 'Inbox - ann@example.com - Gmail';
  root = compose();
  window_ = new GmailWindow(at('[g_editable]'));
});

describe('a draft', () => {
  test('is read as it stands', () => {
    chip('to', 'bob@example.net', 'Bob');
    chip('cc', 'Eve@Example.net');
    set('[name=subjectbox]', 'Hello');
    set('[name=from]', 'Ann <Ann@Example.com>');
    at('[g_editable]').innerHTML = '<div>Hi <b>you</b></div><span data-mailwarden="part">ours</span>';
    const { mail, broken, onlyGmail } = window_.read();
    expect(mail).toMatchObject({
      to: [{ address: 'bob@example.net', name: 'Bob' }],
      cc: [{ address: 'Eve@Example.net', name: '' }],
      bcc: [],
      subject: 'Hello',
      html: '<div>Hi <b>you</b></div>',
    });
    expect([window_.sender(), broken, onlyGmail]).toEqual(['ann@example.com', null, null]);
    expect(at('[g_editable]').textContent).toContain('ours');
  });

  test('takes what is typed and not yet taken over; what is no address is told', () => {
    set('[name=to] input', 'bob@example.net, "Other, Ann" <ann@example.org>');
    expect(window_.read().mail.to).toEqual([
      { address: 'bob@example.net', name: '' },
      { address: 'ann@example.org', name: 'Other, Ann' },
    ]);
    set('[name=to] input', 'bob');
    expect(window_.read().broken).toMatchObject({ code: 'unreadable', detail: expect.stringContaining('bob') });
  });

  test('counts a person once', () => {
    chip('to', 'bob@example.net');
    set('[name=to] input', 'Bob <BOB@example.net>');
    expect(window_.read().mail.to).toEqual([{ address: 'BOB@example.net', name: 'Bob' }]);
  });

  test('counts them once over all fields', () => {
    chip('to', 'bob@example.net');
    chip('cc', 'Bob@example.net');
    expect(window_.read().mail).toMatchObject({ to: [{ address: 'bob@example.net' }], cc: [] });
  });

  test('without anybody is not sent', () => expect(window_.read().broken).toEqual({ code: 'no_recipients' }));

  test('knows the account where the window does not name it', () => {
    at('[name=from]').remove();
    expect(window_.sender()).toBe('ann@example.com');
  });

  test.each([
    ['<img src="cid:1">', 'has_files'],
    ['<img src="https://mail.google.com/mail/?attid=1">', 'has_files'],
    ['<img src="data:image/png;base64,AA">', 'has_files'],
  ])('with %s is for Gmail', (html, code) => {
    at('[g_editable]').innerHTML = html;
    expect(window_.read().onlyGmail).toEqual({ code });
  });

  test('with a picture of the open web is for both', () => {
    at('[g_editable]').innerHTML = '<img src="https://example.com/logo.png">';
    expect(window_.read().onlyGmail).toBeNull();
  });

  test('with an attachment is for Gmail, and while it is added for nobody', () => {
    at('form').insertAdjacentHTML('beforeend', '<input type="hidden" name="attach" value="1">');
    expect(window_.read().onlyGmail).toEqual({ code: 'has_files' });
    at('form').insertAdjacentHTML('beforeend', '<div role="progressbar"></div>');
    expect(window_.read().broken).toMatchObject({ code: 'unreadable' });
  });

  test('that answers somebody is for Gmail', () => {
    set('[name=rm]', 'msg-f:1789');
    expect(window_.read().onlyGmail).toEqual({ code: 'is_reply' });
  });

  test('keeps the name it had first', () => {
    const first = window_.id;
    set('[name=draft]', '#msg-a:r1');
    expect(window_.id).toBe(first);
    expect(new GmailWindow(at('[g_editable]')).id).toBe('d_msg-a:r1');
  });
});

describe('tracking in a draft', () => {
  const tracking = {
    message: 'msg_1',
    pixel: 'https://mw.example/t/o/1.gif',
    links: [{ from: 'https://a.example/', to: 'https://mw.example/t/c/1' }],
  };

  test('is put in, and taken out again without a trace', () => {
    const before = '<a href="https://a.example/">A</a><a href="https://b.example/">B</a><a href="mailto:x@y.z">M</a>';
    at('[g_editable]').innerHTML = before;
    const inputs = vi.fn();
    root.addEventListener('input', inputs);
    const putBack = window_.rewrite(tracking);
    const hrefs = [...root.querySelectorAll('[g_editable] a')].map((one) => one.getAttribute('href'));
    expect(hrefs).toEqual(['https://mw.example/t/c/1', 'https://b.example/', 'mailto:x@y.z']);
    expect(at('[g_editable] img').getAttribute('src')).toBe(tracking.pixel);
    expect(window_.read().onlyGmail).toBeNull();
    putBack();
    expect(at('[g_editable]').innerHTML).toBe(before);
    expect(inputs).toHaveBeenCalledTimes(2);
  });
});

test('a picture of a try before, or of a mail that is quoted, is neither sent nor doubled', () => {
  const old = '<img width="1" height="1" src="https://mw.example/t/o/old.gif">';
  at('[g_editable]').innerHTML = `<p>Hi</p>${old}<img src="https://example.com/t/o/logo.png">`;
  expect(window_.read().mail.html).toBe('<p>Hi</p><img src="https://example.com/t/o/logo.png">');
  window_.rewrite({ message: 'msg_2', pixel: 'https://links.example/t/o/2.gif', links: [] });
  const shown = [...root.querySelectorAll('[g_editable] img')].map((one) => one.getAttribute('src'));
  expect(shown).toEqual(['https://example.com/t/o/logo.png', 'https://links.example/t/o/2.gif']);
});

describe('whether Gmail sent it', () => {
  const tracking = { message: 'msg_1', pixel: 'https://mw.example/t/o/1.gif', links: [] };
  const key = (selector: string, key: string, ctrlKey = false) =>
    at(selector).dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true }));
  const down = (selector: string) => at(selector).dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));

  test('is not known of drafts that were not rewritten', () => {
    window_.send();
    expect(window_.wasSent()).toBe(false);
  });

  test.each([
    ['our press', () => window_.send()],
    ['the mouse', () => down('.aoO')],
    ['Ctrl and Enter', () => key('[g_editable]', 'Enter', true)],
    ['Enter on the button', () => key('.aoO', 'Enter')],
  ])('is told by %s, for a moment', (_, press) => {
    vi.useFakeTimers();
    window_.rewrite(tracking);
    expect(window_.wasSent()).toBe(false);
    press();
    expect(window_.wasSent()).toBe(true);
    vi.advanceTimersByTime(20_000);
    expect(window_.wasSent()).toBe(false);
    vi.useRealTimers();
  });

  test.each([
    ['discarded', () => down('.oh')],
    ['put away by Escape', () => key('[g_editable]', 'Escape')],
  ])('what is %s after it was not sent', (_, press) => {
    window_.rewrite(tracking);
    window_.send();
    press();
    expect(window_.wasSent()).toBe(false);
  });

  test('other keys and buttons mean nothing', () => {
    window_.rewrite(tracking);
    key('[g_editable]', 'Enter');
    down('[name=subjectbox]');
    expect(window_.wasSent()).toBe(false);
  });
});

describe('the buttons of Gmail', () => {
  test('are pressed as a mouse does', () => {
    const seen: string[] = [];
    for (const kind of ['mousedown', 'mouseup', 'click']) {
      at('.aoO').addEventListener(kind, () => seen.push(`send ${kind}`));
      at('.oh').addEventListener(kind, () => seen.push(`discard ${kind}`));
    }
    expect([window_.send(), window_.discard()]).toEqual([true, true]);
    expect(seen).toHaveLength(6);
  });

  test('may be missing', () => {
    at('.aoO').remove();
    at('.oh').remove();
    expect([window_.send(), window_.discard()]).toEqual([false, false]);
    const button = document.createElement('span');
    window_.place(button);
    expect(button.isConnected).toBe(true);
  });

  test('get ours beside them, in a cell of its own', () => {
    const button = document.createElement('span');
    window_.place(button);
    expect(root.contains(button)).toBe(true);
    expect(button.parentElement?.closest('tr')).toBe(at('tr.btC'));
  });
});

test('windows are found as they come and go', async () => {
  vi.useFakeTimers();
  const [opened, closed] = [vi.fn(), vi.fn()];
  const stop = new GmailPage().watch(opened, closed);
  expect(opened).toHaveBeenCalledTimes(1);
  const second = compose();
  await vi.advanceTimersByTimeAsync(300);
  expect(opened).toHaveBeenCalledTimes(2);
  second.remove();
  await vi.advanceTimersByTimeAsync(300);
  expect(closed).toHaveBeenCalledTimes(1);
  stop();
  vi.useRealTimers();
});

test.each([
  ['a@b.co', { address: 'a@b.co', name: '' }],
  ['"A, B" <a@b.co>', { address: 'a@b.co', name: 'A, B' }],
  ['nobody', null],
  ['a@b', null],
  ['<a@b.co', null],
])('%s', (text, person) => expect(parsePerson(text)).toEqual(person));
