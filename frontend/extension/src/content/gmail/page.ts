/** Finds compose windows as they come and go. */
import type { ComposeWindow, MailPage } from '../compose.ts';
import { BODY } from './selectors.ts';
import { GmailWindow } from './window.ts';

/** Gmail changes its page all the time: it is looked through at most this often, for one selector. */
const PAUSE_MS = 250;

export class GmailPage implements MailPage {
  private readonly open = new Map<HTMLElement, GmailWindow>();

  watch(opened: (window: ComposeWindow) => void, closed: (window: ComposeWindow) => void): () => void {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      waiting = undefined;
      this.look(opened, closed);
    };
    const observer = new MutationObserver(() => {
      waiting ??= setTimeout(look, PAUSE_MS);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    look();
    return () => {
      observer.disconnect();
      clearTimeout(waiting);
    };
  }

  private look(opened: (window: ComposeWindow) => void, closed: (window: ComposeWindow) => void): void {
    for (const [body, window] of this.open) {
      if (body.isConnected) continue;
      this.open.delete(body);
      closed(window);
    }
    for (const body of document.querySelectorAll<HTMLElement>(BODY)) {
      if (this.open.has(body)) continue;
      const window = new GmailWindow(body);
      this.open.set(body, window);
      opened(window);
    }
  }
}
