/** What code in Gmail's tab can reach: Gmail's own, and that of our content script. */
import type { CDPSession, Page } from 'playwright-core';
import { ID } from './browser.ts';

type Context = { id: number; origin: string; auxData?: { type?: string } };

/** All that a page can keep, and what it sees of the extension. */
export const inPage = (page: Page): Promise<string> =>
  page.evaluate(async (id) => {
    const ours = [...document.querySelectorAll('[data-mailwarden]')].map((one) => one.shadowRoot?.innerHTML ?? '');
    const loaded = await fetch(`chrome-extension://${id}/options.html`).then(
      () => 'loaded',
      () => 'refused',
    );
    const { chrome: offered } = globalThis as { chrome?: { runtime?: { sendMessage?: unknown } } };
    const may = offered?.runtime?.sendMessage ? 'may ask' : 'may not ask';
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, ours, loaded, may]);
  }, ID);

/** What the content script gets from the extension's storage. */
export async function inContentScript(page: Page): Promise<Record<'local' | 'session', string>> {
  const session = await page.context().newCDPSession(page);
  const contextId = await worldOf(session);
  const read = (area: string) => `chrome.storage.${area}.get(null).then(JSON.stringify, String)`;
  const expression = `Promise.all([${read('local')}, ${read('session')}])`;
  const found = await session.send('Runtime.evaluate', {
    contextId,
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  const [local, held] = found.result.value as [string, string];
  return { local, session: held };
}

async function worldOf(session: CDPSession): Promise<number> {
  const contexts: Context[] = [];
  session.on('Runtime.executionContextCreated', ({ context }) => contexts.push(context as Context));
  await session.send('Runtime.enable');
  const mine = contexts.find((one) => one.origin === `chrome-extension://${ID}` && one.auxData?.type === 'isolated');
  if (!mine) throw new Error('our content script is not in this tab');
  return mine.id;
}
