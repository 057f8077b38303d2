/** One status for all compose windows of a tab: asked every half minute while one is open and somebody can see it. */
import { troubleOf } from '../shared/failure.ts';
import { MAX_AGE_MS, type Status, type Trouble } from '../shared/protocol.ts';
import { trouble } from '../shared/words.ts';
import { ask, isAlive } from './bridge.ts';

export const EVERY_MS = 30_000;
const LOOK_MS = 5_000;

/** `status` null: not known, or too old to be shown. `trouble`: what is in the way for every mailbox. */
export type News = { status: Status | null; trouble: Trouble | null };

export class Feed {
  news: News = { status: null, trouble: null };
  private readonly listeners = new Set<() => void>();
  private asked = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  follow(listener: () => void): () => void {
    this.listeners.add(listener);
    this.timer ??= setInterval(() => this.look(), LOOK_MS);
    void this.refresh();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  async refresh(fresh = false): Promise<void> {
    if (this.listeners.size === 0) return;
    this.asked = Date.now();
    try {
      const status = await ask('status', { fresh });
      this.tell({ status, trouble: status.trouble });
    } catch (error) {
      this.tell({ status: null, trouble: troubleOf(error) });
    }
  }

  private look(): void {
    if (!isAlive()) {
      if (this.news.trouble?.code !== 'reloaded') this.tell({ status: null, trouble: trouble('reloaded') });
      return;
    }
    const age = Date.now() - (this.news.status?.at ?? Date.now());
    if (age > MAX_AGE_MS - LOOK_MS) this.tell({ status: null, trouble: this.news.trouble });
    if (!document.hidden && Date.now() - this.asked >= EVERY_MS) void this.refresh();
  }

  private tell(news: News): void {
    this.news = news;
    for (const listener of this.listeners) listener();
  }
}
