/** Runs in Gmail's tab, apart from Gmail's own scripts. Has no token and no network. */
import { onChange } from './bridge.ts';
import { Companion } from './companion.ts';
import type { ComposeWindow } from './compose.ts';
import { Feed } from './feed.ts';
import { GmailPage } from './gmail/page.ts';

const feed = new Feed();
const companions = new Map<ComposeWindow, Companion>();

new GmailPage().watch(
  (window) => companions.set(window, new Companion(window, feed)),
  (window) => {
    companions.get(window)?.gone();
    companions.delete(window);
  },
);
onChange(() => void feed.refresh(true));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void feed.refresh();
});
