/** A box that says what is in the way, with the button that helps. */
import { byPerson, make } from '../shared/dom.ts';
import type { Act, Trouble } from '../shared/protocol.ts';

export type Doing = (act: Act) => void;

export class Notice {
  readonly element = make('div', { class: 'box', hidden: true });
  private shown = '';

  /** Nothing is built anew where nothing changed, so that the focus stays. */
  show(what: Trouble | null, acts: Act[], doing: Doing, calm = false): void {
    const now = JSON.stringify([what, acts, calm]);
    if (now === this.shown) return;
    this.shown = now;
    this.element.hidden = what === null;
    this.element.classList.toggle('calm', calm);
    if (what) this.element.replaceChildren(...this.content(what, acts, doing));
  }

  private content(what: Trouble, acts: Act[], doing: Doing): HTMLElement[] {
    const buttons = acts.map((act) =>
      make('button', { type: 'button', text: act.label, on: { click: byPerson(() => doing(act)) } }),
    );
    return [make('strong', { text: what.title }), make('p', { text: what.detail }), ...buttons];
  }
}
