import { newKey } from '../../../lib/key.ts';
import { isAnswered, problemCode } from '../../../lib/problem.ts';
import type { Store, Versioned } from '../api.ts';
import { forget, keep, kept } from './kept.ts';
import { bodyOf, isBare, isWhole, same, type Words, wordsOf } from './words-of.ts';

/** `theirs`: what somebody else stored meanwhile, until it is decided whose words stay. */
export type View = {
  words: Words;
  stored: Versioned | null;
  phase: 'quiet' | 'saving' | 'failed';
  error: unknown;
  theirs: Versioned | null;
  /** Counts what replaced the words from outside, for fields that hold their own text. */
  round: number;
};

type Events = { onMade: (id: string) => void; onStored: (message: Versioned) => void };

const PAUSE_MS = 1_000;
const MOST_TIMES = 5; // somebody else may be writing as fast

/**
 * Keeps a draft: in the tab with every key, on the server when the typing pauses. One call at a time, each against the
 * state that it began with; where somebody else stored other words meanwhile, nothing of either is lost.
 */
export class DraftKeeper {
  private view: View;
  private readonly listeners = new Set<() => void>();
  private timer: number | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly calls: Store;
  private readonly events: Events;
  private readonly first: Words;
  /** A first save whose answer was lost is repeated as it was, under its key: it may have made the draft already. */
  private begun: { words: Words; key: string } | null = null;

  constructor(calls: Store, stored: Versioned | null, first: Words, events: Events) {
    this.calls = calls;
    this.events = events;
    this.first = first;
    const found = kept(stored?.id ?? null);
    const own = found?.words.answers_id === first.answers_id ? found : null;
    const unsaved = own !== null && !same(own.words, first);
    const apart = unsaved && stored !== null && own.etag !== stored.etag;
    this.view = {
      words: own?.words ?? first, // also with recipients that are none yet, which only the tab keeps
      stored,
      phase: 'quiet',
      error: null,
      theirs: apart ? stored : null,
      round: 0,
    };
    if (unsaved && !apart) this.later();
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = () => this.view;

  change(part: Partial<Words>): void {
    this.show({ words: { ...this.view.words, ...part } });
    const { stored, words } = this.view;
    keep(stored?.id ?? null, { etag: stored?.etag ?? null, words });
    this.later();
  }

  isDirty(): boolean {
    const { words, stored } = this.view;
    if (stored) return !same(words, this.lastSent ?? wordsOf(stored));
    return !isBare(words) && !same(words, this.first);
  }

  /** Stores what is not stored yet. False: it could not be, which the view tells. */
  flush(): Promise<boolean> {
    window.clearTimeout(this.timer);
    return this.inTurn(() => this.storeAll());
  }

  /** The draft's id, made if need be, also of an empty one. */
  ensure(): Promise<Versioned | null> {
    return this.inTurn(async () => {
      if (!this.view.stored) await this.storeOnce();
      return this.view.stored;
    });
  }

  /** Something that changes the stored draft other than its words: files. Throws what `call` throws. */
  alter(call: (id: string) => Promise<Versioned>): Promise<void> {
    return this.inTurn(async () => {
      const { stored } = this.view;
      if (stored) this.take(await call(stored.id), stored);
    });
  }

  keepMine(): void {
    this.lastSent = null;
    this.show({ stored: this.view.theirs, theirs: null });
    void this.flush();
  }

  takeTheirs(): void {
    const { theirs, round } = this.view;
    if (!theirs) return;
    this.lastSent = null;
    forget(theirs.id);
    this.show({ stored: theirs, words: wordsOf(theirs), theirs: null, phase: 'quiet', error: null, round: round + 1 });
  }

  /** Nothing of it is to be kept any more: it left, or was deleted. */
  end(): void {
    window.clearTimeout(this.timer);
    forget(this.view.stored?.id ?? null);
    forget(null);
    this.ended = true;
  }

  /** Whoever leaves the page does not wait for the pause. */
  leave(): void {
    if (!this.ended && !this.view.theirs && this.isDirty()) void this.flush();
  }

  private ended = false;
  private lastSent: Words | null = null; // as typed; the server's HTML may be a cleaned one

  private later(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), PAUSE_MS);
  }

  private inTurn<T>(call: () => Promise<T>): Promise<T> {
    const mine = this.queue.then(call);
    this.queue = mine.catch(() => undefined);
    return mine;
  }

  private async storeAll(): Promise<boolean> {
    for (let times = 0; this.isDirty() && !this.ended; times += 1) {
      if (this.view.theirs || times > MOST_TIMES || !(await this.storeOnce())) return false;
    }
    return this.view.theirs === null;
  }

  private async storeOnce(): Promise<boolean> {
    const { words, stored } = this.view;
    this.show({ phase: 'saving', error: null });
    try {
      if (stored) this.accept(await this.calls.change(stored.id, stored.etag, bodyOf(words)), words);
      else await this.create();
      return true;
    } catch (error) {
      return this.refused(error);
    }
  }

  private async create(): Promise<void> {
    this.begun ??= { words: this.view.words, key: newKey() };
    const { words, key } = this.begun;
    try {
      this.accept(await this.calls.create(bodyOf(words), key), words);
    } catch (error) {
      if (isAnswered(error)) this.begun = null;
      throw error;
    }
  }

  private accept(now: Versioned, sent: Words): void {
    const made = this.view.stored === null;
    this.lastSent = sent;
    this.show({ stored: now, phase: 'quiet' });
    if (made) forget(null);
    if (same(this.view.words, sent) && isWhole(sent)) forget(now.id);
    else keep(now.id, { etag: now.etag, words: this.view.words });
    this.events.onStored(now);
    if (made) this.events.onMade(now.id);
  }

  /** Somebody stored something meanwhile: other words are told, anything else is no reason to ask. */
  private async refused(error: unknown): Promise<boolean> {
    const { stored } = this.view;
    if (!stored || problemCode(error) !== 'precondition_failed') {
      this.show({ phase: 'failed', error });
      return false;
    }
    try {
      this.take(await this.calls.read(stored.id), stored);
      return this.view.theirs === null;
    } catch (unread) {
      this.show({ phase: 'failed', error: unread });
      return false;
    }
  }

  private take(now: Versioned, before: Versioned): void {
    const alike = same(wordsOf(now), wordsOf(before)) || same(wordsOf(now), this.view.words);
    if (alike) this.show({ stored: now, phase: 'quiet' });
    else this.show({ theirs: now, phase: 'quiet' });
    if (alike) this.events.onStored(now);
  }

  private show(part: Partial<View>): void {
    this.view = { ...this.view, ...part };
    for (const listener of this.listeners) listener();
  }
}
