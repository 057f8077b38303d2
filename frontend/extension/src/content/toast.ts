/** After the compose window is gone: what became of the mail, until that is known. */

import { byPerson, make, say } from '../shared/dom.ts';
import { troubleOf } from '../shared/failure.ts';
import type { Outcome } from '../shared/protocol.ts';
import { ask } from './bridge.ts';
import { shadowHost } from './style.ts';

const EVERY_MS = 3_000;
const LONGEST_MS = 180_000;
const STAYS_MS = 8_000;

export class Toast {
  private readonly part = shadowHost();
  private readonly text = make('p', { role: 'status' });
  private gone = false;

  constructor(subject: string) {
    const title = make('strong', { text: subject || '(no subject)' });
    const see = this.button('See My Emails', () => void ask('open', { place: 'messages' }).catch(() => undefined));
    const close = this.button('Close', () => this.remove());
    const box = make('div', { class: 'toast', popover: 'manual', role: 'region', 'aria-label': 'Mailwarden' });
    box.append(title, this.text, make('div', { class: 'row' }, see, close));
    this.part.root.append(box);
    document.body.append(this.part.host);
    box.showPopover();
  }

  /** Asks until the mail has left, or could not. */
  async follow(message: string): Promise<void> {
    say(this.text, 'Handed over. It waits for its turn.');
    const ends = Date.now() + LONGEST_MS;
    while (!this.gone && Date.now() < ends) {
      const found = await this.ask(message);
      if (found === null) return;
      say(this.text, found.detail);
      if (found.ended) return await this.end(found);
      await pause(EVERY_MS);
    }
    say(this.text, 'It still waits for its turn; My Emails shows when it leaves.');
  }

  private async ask(message: string): Promise<Outcome | null> {
    try {
      return await ask('outcome', { message });
    } catch (error) {
      say(this.text, `Handed over. What became of it stands under My Emails. (${troubleOf(error).title})`);
      return null;
    }
  }

  /** Bad news stays until it is closed. */
  private async end(found: Outcome): Promise<void> {
    this.text.className = found.bad ? 'box' : 'good';
    if (found.bad) return;
    await pause(STAYS_MS);
    this.remove();
  }

  private button(text: string, work: () => void): HTMLButtonElement {
    return make('button', { type: 'button', text, on: { click: byPerson(work) } });
  }

  private remove(): void {
    this.gone = true;
    this.part.host.remove();
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
