/** A file of RFC 4180 with a byte order mark, as the product writes it: each row by the titles of the first line. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

export type Rows = { titles: string[]; rows: Record<string, string>[] };

/** What the page's menu gives for what is on the screen. */
export async function exportCsv(page: Page, name: RegExp): Promise<Rows> {
  await page.getByRole('button', { name: 'Export' }).click();
  const begun = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: /^CSV/ }).click();
  const download = await begun;
  assert.match(download.suggestedFilename(), name);
  return parsed(readFileSync(await download.path(), 'utf8'));
}

function parsed(text: string): Rows {
  assert.ok(text.startsWith('\uFEFF'), 'a byte order mark, for Excel');
  const [titles = [], ...rows] = text.slice(1).trimEnd().split('\r\n').map(cells);
  return {
    titles,
    rows: rows.map((row) => Object.fromEntries(titles.map((title, index) => [title, row[index] ?? '']))),
  };
}

/** No text of these tests has a line break in it. */
const cells = (line: string) =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
