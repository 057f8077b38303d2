import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Status } from '../shared/protocol.ts';
import { EVERY_MS, Feed } from './feed.ts';

let asked: { fresh: boolean }[];
let answer: () => Promise<unknown>;
let feed: Feed;
let stop: () => void;

const working = (): Status => ({ at: Date.now(), usable: true, trouble: null, mailboxes: [], others: [] });

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answer = async () => ({ ok: true, value: working() });
  const sendMessage = ({ ask }: { ask: { fresh: boolean } }) => {
    asked.push(ask);
    return answer();
  };
  vi.stubGlobal('chrome', { runtime: { id: 'x', sendMessage } });
  feed = new Feed();
  stop = feed.follow(() => undefined);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const hide = (hidden: boolean) => vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);

test('asks at once, and then every half minute', async () => {
  await pass(2 * EVERY_MS + 1000);
  expect(asked).toHaveLength(3);
});

test('asks nothing while nobody can see it, nor when no window is open', async () => {
  hide(true);
  await pass(10 * EVERY_MS);
  expect(asked).toHaveLength(1);
  hide(false);
  stop();
  await pass(10 * EVERY_MS);
  expect(asked).toHaveLength(1);
});

test('what is older than a minute is not shown', async () => {
  await pass(0);
  expect(feed.news.status).not.toBeNull();
  hide(true);
  await pass(50_000);
  expect(feed.news.status).not.toBeNull();
  await pass(10_000);
  expect(feed.news.status).toBeNull();
});

test('while it is shown it is never older than a minute, also where the worker answers from what it holds', async () => {
  answer = async () => ({ ok: true, value: { ...working(), at: Date.now() - 15_000 } });
  for (let seconds = 0; seconds < 300; seconds += 1) {
    await pass(1000);
    expect(Date.now() - (feed.news.status?.at ?? 0)).toBeLessThanOrEqual(60_000);
  }
});

test('a question that fails is told, and the old answer is gone', async () => {
  await pass(0);
  answer = () => Promise.reject(new Error('The message channel closed'));
  await feed.refresh();
  expect(feed.news).toMatchObject({ status: null, trouble: { code: 'interrupted' } });
});

test('an extension that is gone is noticed within five seconds', async () => {
  await pass(0);
  vi.stubGlobal('chrome', { runtime: {} });
  await pass(5_000);
  expect(feed.news.trouble?.code).toBe('reloaded');
});
