/** What a person does with mailboxes, and the screens on the way, each seen in both schemes and on a phone. */
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';
import { BASE } from './stack.ts';

export const slot = (page: Page, number = 1) => page.getByRole('region', { name: `Mailbox slot ${number}` });

export async function openMailboxes(page: Page): Promise<void> {
  await page.goto(`${BASE}/settings?tab=email`);
  await slot(page).waitFor();
}

export const mailboxState = (page: Page, word: string) => slot(page).getByText(word, { exact: true }).first();

/** Opens the form for a password mailbox and lets it look up the servers of an address. */
export async function findServers(page: Page, address: string): Promise<void> {
  await page.goto(`${BASE}/integrations`);
  await page.getByRole('button', { name: 'Connect IMAP/SMTP' }).click();
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(address);
  await page.getByRole('button', { name: 'Find servers' }).click();
  await page.getByLabel('Password', { exact: true }).waitFor();
}

const WIDTHS = { desktop: 1280, phone: 390 };

/** What axe finds on the screen as it stands, at both widths and in both schemes; and whether it fits. */
export async function look(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [device, width] of Object.entries(WIDTHS)) {
    await page.setViewportSize({ width, height: 860 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForTimeout(400); // some labels fade from one scheme to the other
      found.push(...(await violations(page)).map((text) => `${name}, ${device}, ${colorScheme}: ${text}`));
      if (process.env['E2E_SHOTS']) await shoot(page, `${name} ${colorScheme} ${device}`);
    }
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) found.push(`${name}, ${device}: the page is ${over} px wider than the window`);
  }
  await page.setViewportSize({ width: WIDTHS.desktop, height: 860 });
  return found;
}

/** Looks at screens as they come, and keeps what is found on any of them. */
export function looking(page: () => Page) {
  const found: string[] = [];
  const seen = async (name: string) => {
    found.push(...(await look(page(), name)));
  };
  return { found, seen };
}

const shoot = (page: Page, name: string) =>
  page.screenshot({ path: `${process.env['E2E_SHOTS']}/${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`, fullPage: true });
