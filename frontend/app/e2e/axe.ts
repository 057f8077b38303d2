import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Axe = typeof import('axe-core');

/** On a busy machine they begin later and take longer than they say: none for two frames on end. */
async function transitionsEnd(): Promise<void> {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let still = 0; still < 2; still += 1) {
    const fading = document
      .getAnimations()
      .filter((one) => one.playState === 'running' && one.effect?.getComputedTiming().iterations === 1);
    if (fading.length > 0) still = -1;
    await Promise.allSettled(fading.map((one) => one.finished));
    await frame();
  }
}

/** What axe finds on the page as it stands. Evaluated through the debugger, which no content policy blocks. */
export async function violations(page: Page): Promise<string[]> {
  await page.waitForTimeout(350); // let transitions begin and end: half-faded text has no contrast
  await page.evaluate(transitionsEnd);
  await page.evaluate(source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const result = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { region: { enabled: false } }, // tooltips and toasts live in portals
    });
    return result.violations.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)} (${node.any[0]?.message ?? rule.help})`),
    );
  });
}
