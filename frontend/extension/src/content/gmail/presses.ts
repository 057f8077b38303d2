/** Whether Gmail's own Send was pressed before a window closed: else it was closed without being sent. */

/** Gmail closes the window at once; where it asks something first (no subject, perhaps), people take a moment. */
const WITHIN_MS = 15_000;

type Buttons = { send: readonly string[]; discard: readonly string[] };

export class Presses {
  private readonly root: Element;
  private readonly buttons: Buttons;
  private sentAt: number | null = null;

  constructor(root: Element, buttons: Buttons) {
    this.root = root;
    this.buttons = buttons;
    root.addEventListener('mousedown', (event) => this.note(event.target), true);
    root.addEventListener('keydown', (event) => this.key(event as KeyboardEvent), true);
  }

  wasSent(): boolean {
    return this.sentAt !== null && Date.now() - this.sentAt < WITHIN_MS;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.sentAt = Date.now();
    else if (event.key === 'Enter' || event.key === ' ') this.note(event.target);
    else if (event.key === 'Escape') this.sentAt = null; // it is kept as a draft
  }

  private note(target: EventTarget | null): void {
    const isOn = (selectors: readonly string[]) => firstOf(this.root, selectors)?.contains(target as Node) === true;
    if (isOn(this.buttons.send)) this.sentAt = Date.now();
    else if (isOn(this.buttons.discard)) this.sentAt = null;
  }
}

export function firstOf(root: Element, selectors: readonly string[]): Element | null {
  for (const one of selectors) {
    const found = root.querySelector(one);
    if (found) return found;
  }
  return null;
}
