/** Nothing for axe to find, in both schemes. */
import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { violations } from '../../app/e2e/axe.ts';
import { open } from './browser.ts';

export async function look(page: Page, name: string): Promise<void> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    found.push(...(await violations(page)).map((text) => `${name}, ${colorScheme}: ${text}`));
  }
  assert.deepEqual(found, []);
}

export async function lookAtPages(context: BrowserContext, name: string): Promise<void> {
  for (const file of ['popup.html', 'options.html'] as const) {
    const page = await open(context, file);
    await page.getByRole('button').first().waitFor();
    await look(page, `${file}, ${name}`);
    await page.close();
  }
}
