import type { Page } from 'playwright-core';

/** Collects what must not happen: script errors, console errors, refused content, server failures. */
export function watch(page: Page): string[] {
  const found: string[] = [];
  page.on('pageerror', (error) => found.push(`script: ${error.message}`));
  page.on('console', (message) => {
    const provoked = /status of 4\d\d/.test(message.text()); // answers that a step asked for
    if (message.type() === 'error' && !provoked) found.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) found.push(`${response.status()} ${response.url()}`);
  });
  return found;
}
