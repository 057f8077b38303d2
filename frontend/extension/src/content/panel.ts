/** What opens beside the button: the state of things, the mailbox to send from, and the two ways to send. */
import { byPerson, make, say } from '../shared/dom.ts';
import type { Act, Mailbox, Trouble } from '../shared/protocol.ts';
import { type Doing, Notice } from './notice.ts';

export type View = {
  /** Above all: what is in the way for every mail. */
  trouble: Trouble | null;
  mailboxes: Mailbox[];
  chosen: string | null;
  /** What became of the last try. */
  result: Trouble | null;
  acts: Act[];
  line: string;
  busy: boolean;
  may: boolean;
};

export type Handlers = { send(): void; track(): void; choose(id: string): void; doing: Doing; closed(): void };

const CALM = new Set(['already_taken', 'changed_since', 'ready_again', 'send_by_gmail']);

let count = 0;

export class Panel {
  readonly element: HTMLDivElement;
  private readonly on: Handlers;
  private readonly trouble = new Notice();
  private readonly result = new Notice();
  private readonly line = make('p', { class: 'dim', role: 'status' });
  private readonly select: HTMLSelectElement;
  private readonly picker: HTMLLabelElement;
  private readonly sendButton: HTMLButtonElement;
  private readonly trackButton: HTMLButtonElement;
  private readonly title: HTMLHeadingElement;
  private options = '';

  constructor(on: Handlers) {
    this.on = on;
    count += 1;
    this.title = make('h2', { id: `title-${count}`, tabindex: '-1', text: 'Mailwarden' });
    this.select = make('select', { on: { change: byPerson(() => this.on.choose(this.select.value)) } });
    this.picker = make('label', { text: 'Send from' }, this.select);
    this.sendButton = this.button('main', 'Send with Mailwarden', () => on.send());
    this.trackButton = this.button('', 'Track, Gmail sends', () => on.track());
    this.element = this.build();
  }

  get isOpen(): boolean {
    return this.element.matches(':popover-open');
  }

  open(beside: DOMRect): void {
    this.element.showPopover();
    const width = Math.min(340, window.innerWidth - 24);
    this.element.style.left = `${Math.max(12, Math.min(beside.left, window.innerWidth - width - 12))}px`;
    this.element.style.bottom = `${Math.max(12, window.innerHeight - beside.top + 8)}px`;
    this.title.focus();
  }

  close(): void {
    if (this.isOpen) this.element.hidePopover();
    this.on.closed();
  }

  show(view: View): void {
    this.trouble.show(view.trouble, view.trouble?.act ? [view.trouble.act] : [], this.on.doing);
    this.result.show(view.result, view.acts, this.on.doing, CALM.has(view.result?.code ?? ''));
    this.fill(view);
    say(this.line, view.line);
    this.sendButton.disabled = view.busy || !view.may;
    this.trackButton.disabled = view.busy || !view.may;
    this.element.setAttribute('aria-busy', String(view.busy));
  }

  private build(): HTMLDivElement {
    const close = make('button', { type: 'button', 'aria-label': 'Close', text: '✕' });
    close.addEventListener('click', () => this.close());
    const onKey = (event: Event) => {
      if ((event as KeyboardEvent).key === 'Escape') this.close();
    };
    const attributes = { class: 'panel', role: 'dialog', popover: 'manual', 'aria-labelledby': this.title.id };
    return make(
      'div',
      { ...attributes, on: { keydown: onKey } },
      make('header', {}, this.title, close),
      this.line,
      this.trouble.element,
      this.picker,
      this.result.element,
      make('div', { class: 'row' }, this.sendButton, this.trackButton),
    );
  }

  private button(kind: string, text: string, work: () => void): HTMLButtonElement {
    return make('button', { type: 'button', class: kind, text, on: { click: byPerson(work) } });
  }

  private fill({ mailboxes, chosen }: View): void {
    const now = JSON.stringify(mailboxes);
    this.picker.hidden = mailboxes.length === 0;
    if (now !== this.options) {
      this.options = now;
      this.select.replaceChildren(make('option', { value: '', text: 'Choose a mailbox' }), ...mailboxes.map(optionOf));
    }
    this.select.value = chosen ?? '';
  }
}

const optionOf = (mailbox: Mailbox): HTMLOptionElement =>
  make('option', {
    value: mailbox.id,
    text: mailbox.trouble ? `${mailbox.label}: ${mailbox.trouble.title}` : mailbox.label,
  });
