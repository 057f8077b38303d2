import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launch } from './browser.ts';
import { watch } from './watch.ts';

export type Walk = { page: Page; faults: string[] };

/** One browser for all tests of a file. `begin` gets its page, and what must not happen there as it happens. */
export function walk(begin: (started: Walk) => void, patience = 20_000): void {
  let browser: Browser;
  before(async () => {
    browser = await launch();
    const page = browser.context.pages()[0] ?? (await browser.context.newPage());
    page.setDefaultTimeout(patience);
    begin({ page, faults: watch(page) });
  });
  after(async () => {
    await browser.close();
  });
}
