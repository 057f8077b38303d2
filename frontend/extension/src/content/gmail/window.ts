/** One compose window of Gmail. */
import type { Person, Tracking } from '../../shared/protocol.ts';
import type { ComposeWindow, Draft, Hindrance } from '../compose.ts';
import { bodyHtml, bodyText, hasPictures, rewriteBody } from './body.ts';
import { parsePerson, readPeople } from './people.ts';
import { firstOf, Presses } from './presses.ts';
import * as at from './selectors.ts';

export class GmailWindow implements ComposeWindow {
  readonly body: HTMLElement;
  readonly root: Element;
  private known: string | null = null;
  private presses: Presses | null = null;

  constructor(body: HTMLElement) {
    this.body = body;
    this.root = body.closest(at.WINDOW) ?? body.closest(at.INLINE) ?? body.parentElement ?? body;
  }

  /** Gmail names a draft once it has saved it. Whichever name was given out first stays. */
  get id(): string {
    this.known ??= this.draftId() ?? `w${crypto.randomUUID()}`;
    return this.known;
  }

  read(): Draft {
    const people = (['to', 'cc', 'bcc'] as const).map((kind) => readPeople(this.root, kind));
    const [to, cc, bcc] = once(people.map((one) => one.found));
    const subject = this.value(at.SUBJECT) ?? '';
    const mail = {
      to: to ?? [],
      cc: cc ?? [],
      bcc: bcc ?? [],
      subject,
      html: bodyHtml(this.body),
      text: bodyText(this.body),
    };
    const unfinished = people.find((one) => one.unfinished !== null)?.unfinished;
    const nobody = people.every((one) => one.found.length === 0);
    return { mail, broken: this.broken(unfinished, nobody), onlyGmail: this.onlyGmail() };
  }

  place(button: HTMLElement): void {
    const send = this.find(at.SEND);
    const cell = send?.closest(at.SEND_CELL) ?? send;
    if (cell) cell.after(this.wrap(cell, button));
    else this.body.after(button);
  }

  rewrite(tracking: Tracking): () => void {
    this.presses ??= new Presses(this.root, { send: at.SEND, discard: at.DISCARD });
    return rewriteBody(this.body, tracking);
  }

  wasSent(): boolean {
    return this.presses?.wasSent() ?? false;
  }

  send(): boolean {
    return press(this.find(at.SEND));
  }

  discard(): boolean {
    return press(this.find(at.DISCARD));
  }

  isOpen(): boolean {
    return this.body.isConnected;
  }

  /** In a row of a table only a cell may stand. */
  private wrap(beside: Element, button: HTMLElement): HTMLElement {
    if (beside.tagName !== 'TD') return button;
    const cell = document.createElement('td');
    cell.append(button);
    return cell;
  }

  private broken(unfinished: string | null | undefined, nobody: boolean): Hindrance | null {
    if (unfinished) return { code: 'unreadable', detail: `“${unfinished}” is no e-mail address yet.` };
    if (this.root.querySelector(at.UPLOADS))
      return { code: 'unreadable', detail: 'An attachment is still being added.' };
    return nobody ? { code: 'no_recipients' } : null;
  }

  private onlyGmail(): Hindrance | null {
    if (this.root.querySelector(at.FILES) || hasPictures(this.body)) return { code: 'has_files' };
    const answered = this.value(at.ANSWERED);
    const isReply = this.body.closest(at.WINDOW) === null || /\d/.test(answered ?? '');
    return isReply ? { code: 'is_reply' } : null;
  }

  sender(): string | null {
    const own = parsePerson(this.value(at.FROM) ?? '');
    const account = document.querySelector(at.ACCOUNT)?.getAttribute('aria-label') ?? document.title;
    return (own?.address ?? /[^\s()<>]+@[^\s()<>]+\.[a-z]+/i.exec(account)?.[0] ?? null)?.toLowerCase() ?? null;
  }

  private draftId(): string | null {
    const found = this.value(at.DRAFT);
    return found && /\d/.test(found) ? `d${found.replaceAll(/[^A-Za-z0-9:_-]/g, '_')}` : null;
  }

  private value(selector: string): string | null {
    return this.root.querySelector<HTMLInputElement>(selector)?.value ?? null;
  }

  private find(selectors: readonly string[]): Element | null {
    return firstOf(this.root, selectors);
  }
}

/** Who stands in To gets it there, and not once more in Cc. */
function once(lists: Person[][]): Person[][] {
  const seen = new Set<string>();
  const isNew = ({ address }: Person) => !seen.has(address.toLowerCase()) && seen.add(address.toLowerCase());
  return lists.map((people) => people.filter(isNew));
}

/** Gmail listens to the button of the mouse, not to the click alone. */
function press(button: Element | null): boolean {
  if (!button) return false;
  for (const kind of ['mousedown', 'mouseup', 'click']) {
    button.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true, button: 0 }));
  }
  return true;
}
