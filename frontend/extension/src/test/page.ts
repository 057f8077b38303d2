/** A mail page with one compose window, and somebody who clicks in it. They stand in for Gmail, and for nothing of ours. */
import { vi } from 'vitest';
import type { ComposeWindow, Draft } from '../content/compose.ts';
import type { Mail, Mailbox, Status, Tracking } from '../shared/protocol.ts';

export const MAIL: Mail = {
  to: [{ address: 'b@example.net', name: '' }],
  cc: [],
  bcc: [],
  subject: 'Hi',
  html: 'x',
  text: 'x',
};
export const MAILBOX: Mailbox = {
  id: 'mbx_1',
  address: 'ann@example.com',
  label: 'ann@example.com',
  usable: true,
  trouble: null,
};

/** A mail page with one window, as an adapter would give it. */
export class Window implements ComposeWindow {
  id = 'w1';
  draft: Draft = { mail: MAIL, broken: null, onlyGmail: null };
  done: string[] = [];
  open = true;
  closes = true;
  place = (button: HTMLElement) => document.body.append(button);
  from = 'ann@example.com';
  read = () => this.draft;
  sender = () => this.from;
  rewrite = (_: Tracking) => {
    this.done.push('rewritten');
    return () => this.done.push('put back');
  };
  pressed = false;
  wasSent = () => this.pressed;
  send = () => {
    this.pressed = true;
    return this.press('sent by Gmail');
  };
  discard = () => this.press('discarded');
  isOpen = () => this.open;
  private press(what: string): boolean {
    this.done.push(what);
    if (this.closes) this.open = false;
    return true;
  }
}

export const status = (given: Partial<Status> = {}): Status => ({
  at: Date.now(),
  usable: true,
  trouble: null,
  mailboxes: [MAILBOX],
  others: [],
  ...given,
});

/** The clicks of a person: jsdom has none, so listeners see these as a browser would show them. */
export const byHand = new WeakSet<Event>();

export function withHands(): void {
  const add = EventTarget.prototype.addEventListener;
  vi.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(function (this: EventTarget, kind, listener) {
    const shown = (event: Event) => ({ target: event.target, isTrusted: true }) as Event;
    const hear = (event: Event) => (listener as EventListener)(byHand.has(event) ? shown(event) : event);
    add.call(this, kind, typeof listener === 'function' ? hear : listener);
  });
}
