/** Our part of one compose window: a button, a panel, and the two ways to send. */

import { byPerson, make, say } from '../shared/dom.ts';
import { Failure, failure, troubleOf } from '../shared/failure.ts';
import type { Act, Mailbox, Trouble } from '../shared/protocol.ts';
import { trouble } from '../shared/words.ts';
import { ask, isAlive } from './bridge.ts';
import { chosenOf, inTheWay, lineOf, shownResult } from './choosing.ts';
import type { ComposeWindow, Draft } from './compose.ts';
import type { Feed } from './feed.ts';
import { Panel } from './panel.ts';
import { shadowHost } from './style.ts';
import { closes, handOver, type Prepared, prepare, sendByGmail } from './ways.ts';

type Way = 'send' | 'track';

const SEND_AGAIN: Act = { does: 'send_again', label: 'Send it once more' };

export class Companion {
  private readonly window: ComposeWindow;
  private readonly feed: Feed;
  private readonly part = shadowHost();
  private readonly button: HTMLButtonElement;
  private readonly panel: Panel;
  private readonly unfollow: () => void;
  private chosen: string | null = null;
  private result: Trouble | null = null;
  private last: Way = 'send';
  private busy = '';
  private copies = 0;
  private prepared: Prepared | null = null;

  constructor(window: ComposeWindow, feed: Feed) {
    this.window = window;
    this.feed = feed;
    const toggle = byPerson(() => this.toggle());
    this.button = make('button', { type: 'button', class: 'open', 'aria-haspopup': 'dialog', on: { click: toggle } });
    this.panel = new Panel({
      send: () => this.go('send'),
      track: () => this.go('track'),
      choose: (id) => this.choose(id),
      doing: (act) => this.act(act),
      closed: () => this.button.focus(),
    });
    this.part.root.append(this.button, this.panel.element);
    window.place(this.part.host);
    this.unfollow = feed.follow(() => this.show());
    this.show();
  }

  gone(): void {
    this.unfollow();
    this.part.host.remove();
    this.report();
  }

  /** Also where the person pressed Gmail's button in our place. What the server cannot hear now it hears later. */
  private report(): void {
    const tracked = this.prepared;
    this.prepared = null;
    if (tracked && this.window.wasSent()) void ask('sent', { message: tracked.message }).catch(() => undefined);
  }

  private toggle(): void {
    if (this.panel.isOpen) {
      this.panel.close();
      return;
    }
    this.panel.open(this.button.getBoundingClientRect());
    void this.feed.refresh(true);
    this.show();
  }

  private choose(id: string): void {
    this.chosen = id || null;
    this.show();
  }

  private show(): void {
    const from = this.window.sender();
    const mailbox = chosenOf(this.feed.news, this.chosen, from);
    const way = inTheWay(this.feed.news, mailbox, from);
    this.result = shownResult(this.result, way, this.feed.news.status);
    say(this.button, way ? `⚠ ${way.title}` : 'Mailwarden');
    this.button.setAttribute('aria-label', way ? `Mailwarden: ${way.title}` : 'Mailwarden');
    this.button.classList.toggle('bad', way !== null);
    this.panel.show({
      trouble: way,
      mailboxes: this.feed.news.status?.mailboxes ?? [],
      chosen: mailbox?.id ?? null,
      result: this.result?.code === way?.code ? null : this.result,
      acts: this.acts(),
      line: this.busy || lineOf(this.feed.news, mailbox, way),
      busy: this.busy !== '',
      may: mailbox !== null && way === null,
    });
  }

  private acts(): Act[] {
    const first = this.result?.act ? [this.result.act] : [];
    return this.result?.code === 'already_taken' ? [...first, SEND_AGAIN] : first;
  }

  private act(act: Act): void {
    switch (act.does) {
      case 'reload':
        location.reload();
        break;
      case 'discard':
        void this.discard();
        break;
      case 'send_again':
        this.sendAgain();
        break;
      case 'retry':
        if (this.result) this.go(this.last);
        else void this.feed.refresh(true);
        break;
      default:
        void this.during(act.does === 'open' ? 'Opening…' : 'Signing in…', () => this.leadOn(act));
    }
  }

  private async leadOn(act: Act): Promise<void> {
    if (act.does === 'open') await ask('open', { place: act.place });
    else await ask('sign_in', null);
    await this.feed.refresh(true);
  }

  private go(way: Way): void {
    this.last = way;
    void this.during(way === 'track' ? 'Preparing…' : 'Sending…', () => (way === 'track' ? this.track() : this.send()));
  }

  /** From now on this window stands for another mail with the same words. */
  private sendAgain(): void {
    this.copies += 1;
    this.go('send');
  }

  /** One thing at a time; what goes wrong is shown, and the draft is as it was. */
  private async during(words: string, work: () => Promise<void>): Promise<void> {
    if (this.busy !== '') return;
    this.busy = words;
    this.result = isAlive() ? null : trouble('reloaded');
    this.show();
    try {
      if (this.result === null) await work();
    } catch (error) {
      this.result = troubleOf(error);
      void this.feed.refresh(true);
    }
    this.busy = '';
    this.show();
  }

  private async send(): Promise<void> {
    const draft = this.readable(true);
    const compose = this.copies === 0 ? this.window.id : `${this.window.id}-${this.copies}`;
    const asked = { compose, mailbox: this.mailbox().id, mail: draft.mail, again: this.copies > 0 };
    const handed = await handOver(this.window, asked);
    if (handed === 'taken before') this.result = trouble('already_taken');
    else if (handed === 'changed since') this.result = trouble('changed_since');
    else if (handed === 'stays open') {
      this.result = trouble(
        'already_taken',
        'It was handed over. Gmail’s draft could not be closed: discard it yourself.',
      );
    } else this.gone();
  }

  private async track(): Promise<void> {
    const draft = this.readable(false);
    const mailbox = this.mailbox().id;
    this.prepared = await prepare(this.window, { compose: this.window.id, mailbox, mail: draft.mail });
    if (await sendByGmail(this.window)) this.gone();
    else this.result = trouble('send_by_gmail');
  }

  private async discard(): Promise<void> {
    this.window.discard();
    if (await closes(this.window)) this.gone();
  }

  /** Without the tracking of a try before: that would be tracked once more. */
  private readable(byUs: boolean): Draft {
    this.prepared?.putBack();
    this.prepared = null;
    const draft = this.window.read();
    const against = draft.broken ?? (byUs ? draft.onlyGmail : null);
    if (against) throw failure(against.code, against.detail);
    return draft;
  }

  private mailbox(): Mailbox {
    const from = this.window.sender();
    const found = chosenOf(this.feed.news, this.chosen, from);
    if (!found) throw new Failure(inTheWay(this.feed.news, null, from) ?? trouble('not_connected'));
    return found;
  }
}
