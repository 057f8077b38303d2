/** What the rest of the content script knows of a mail page. Gmail is one; another would be another folder. */
import type { Mail, Tracking } from '../shared/protocol.ts';

/** Why this mail cannot be read or sent from here: a code of `shared/words.ts`. */
export type Hindrance = { code: string; detail?: string };

export type Draft = {
  mail: Mail;
  /** Nothing can be done with it at all. */
  broken: Hindrance | null;
  /** Gmail can send it, we cannot. */
  onlyGmail: Hindrance | null;
};

export interface ComposeWindow {
  /** The same for as long as the window lives, and where the page names its drafts also after a reload. */
  readonly id: string;
  /** The mail itself: asked when a person pressed a button, and only then. */
  read(): Draft;
  /** The address it would leave from, in lower case; null where the page does not tell. */
  sender(): string | null;
  /** Puts our button beside the page's own Send; below the mail where that is not found. */
  place(button: HTMLElement): void;
  /** Changes the draft; calling the result puts back what was there. */
  rewrite(tracking: Tracking): () => void;
  /** True: the page's own Send was pressed a moment ago, by us or by hand. Known of rewritten drafts only. */
  wasSent(): boolean;
  /** False: the page's button was not found. */
  send(): boolean;
  discard(): boolean;
  isOpen(): boolean;
}

export interface MailPage {
  /** `opened` once for each compose window, also for those that are there already. */
  watch(opened: (window: ComposeWindow) => void, closed: (window: ComposeWindow) => void): () => void;
}
