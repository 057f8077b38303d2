import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { ANALYTICS } from './analytics-screens.ts';
import { violations } from './axe.ts';
import { addDomain, mistype } from './deliverability-steps.ts';
import { DIAGNOSTICS } from './diagnostics-screens.ts';
import { BASE, fault, newAccount } from './stack.ts';
import { connect, firstSyncDone, signUpInBrowser, statusOnCard } from './steps.ts';
import { walk } from './walk.ts';

type Screen = { name: string; path: string; ready: (page: Page) => Promise<unknown> };

const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { level: 1, name }).waitFor();

async function dialog(page: Page, open: (page: Page) => Promise<unknown>): Promise<void> {
  await open(page);
  await page.getByRole('dialog').getByRole('button').first().waitFor();
}

/** Pages of an organization with one inactive and one healthy account, their tabs and their dialogs. */
const SCREENS: Screen[] = [
  { name: 'dashboard', path: '/dashboard', ready: (p) => p.getByRole('region', { name: 'Delivered' }).waitFor() },
  { name: 'integrations', path: '/integrations', ready: (p) => statusOnCard(p, 'hubspot', 'Inactive').waitFor() },
  {
    name: 'cause with evidence',
    path: '/integrations/hubspot',
    ready: (p) =>
      p
        .getByRole('button', { name: /^Evidence/ })
        .first()
        .click(),
  },
  {
    name: 'sync history, expanded',
    path: '/integrations/klaviyo?tab=syncs',
    ready: (p) =>
      p
        .getByRole('button', { name: /^Details of the sync/ })
        .first()
        .click(),
  },
  {
    name: 'account settings',
    path: '/integrations/klaviyo?tab=settings',
    ready: (p) => p.getByRole('radio', { name: /Real-time/ }).waitFor(),
  },
  {
    name: 'history',
    path: '/integrations/hubspot?tab=history',
    ready: (p) => p.getByRole('region', { name: 'History' }).getByRole('listitem').first().waitFor(),
  },
  {
    name: 'reconnect dialog',
    path: '/integrations/hubspot',
    ready: (p) =>
      dialog(p, () =>
        p
          .getByRole('button', { name: /^Reconnect/ })
          .first()
          .click(),
      ),
  },
  {
    name: 'disconnect dialog',
    path: '/integrations/klaviyo',
    ready: (p) =>
      dialog(p, async () => {
        await p.getByRole('button', { name: /^More actions/ }).click();
        await p.getByRole('menuitem', { name: 'Disconnect…' }).click();
        await p.getByRole('region', { name: 'Stays' }).waitFor();
      }),
  },
  {
    name: 'connect dialog',
    path: '/integrations/klaviyo',
    ready: (p) => dialog(p, () => p.getByRole('button', { name: /^Add account/ }).click()),
  },
  { name: 'campaigns', path: '/campaigns', ready: (p) => p.getByRole('row').nth(1).waitFor() },
  {
    name: 'campaigns, nothing found',
    path: '/campaigns?q=no-such-campaign',
    ready: (p) => p.getByText('No campaign matches').waitFor(),
  },
  {
    name: 'one campaign',
    path: '/campaigns',
    ready: (p) => dialog(p, () => p.getByRole('row').nth(1).getByRole('link').click()),
  },
  {
    name: 'alerts, opened',
    path: '/alerts',
    ready: (p) => p.getByRole('button', { name: 'What happened' }).first().click(),
  },
  ...ANALYTICS,
  ...DIAGNOSTICS,
  { name: 'settings', path: '/settings', ready: heading('Settings') },
  {
    name: 'organization',
    path: '/settings?tab=organization',
    ready: (p) => p.getByRole('combobox', { name: 'Time zone' }).waitFor(),
  },
  { name: 'sync settings', path: '/settings?tab=integrations', ready: (p) => p.getByRole('row').nth(1).waitFor() },
  {
    name: 'no billing where nobody pays',
    path: '/settings/billing',
    ready: (p) => p.getByRole('heading', { name: 'Page not found' }).waitFor(),
  },
  {
    name: 'unknown page',
    path: '/nowhere',
    ready: (p) => p.getByRole('heading', { name: 'Page not found' }).waitFor(),
  },
];

const SIGNED_OUT: Screen[] = [
  { name: 'sign-in', path: '/sign-in', ready: heading('Sign in') },
  { name: 'sign-up', path: '/sign-up', ready: heading('Create your account') },
  { name: 'forgotten password', path: '/forgot-password', ready: heading('Forgot your password?') },
  { name: 'dead link', path: '/reset-password', ready: heading('This link no longer works') },
];

const WIDTHS = { desktop: 1280, phone: 390 };
const SCHEMES = ['light', 'dark'] as const;

let page: Page;
let faults: string[];

walk((started) => {
  ({ page, faults } = started);
});

/** Pages of signing in follow the media query by themselves. */
const isIn = (scheme: string) => [undefined, scheme].includes(document.documentElement.dataset['mantineColorScheme']);

async function examine(screens: Screen[], device: keyof typeof WIDTHS): Promise<string[]> {
  await page.setViewportSize({ width: WIDTHS[device], height: 860 });
  const found: string[] = [];
  for (const screen of screens) {
    await page.goto(BASE + screen.path);
    await screen.ready(page);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForFunction(isIn, colorScheme);
      found.push(...(await violations(page)).map((text) => `${screen.name}, ${colorScheme}: ${text}`));
      if (process.env['E2E_SHOTS']) await shoot(`${screen.name} ${colorScheme} ${device}`);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (overflow > 0) found.push(`${screen.name}: the page is ${overflow} px wider than the window`);
  }
  return found;
}

const shoot = (name: string) =>
  page.screenshot({ path: `${process.env['E2E_SHOTS']}/${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`, fullPage: true });

for (const device of ['desktop', 'phone'] as const) {
  test(`signed-out pages, ${device}`, { timeout: 60_000 }, async () => {
    assert.deepEqual(await examine(SIGNED_OUT, device), []);
    const library = page.locator('[data-mantine-color-scheme]');
    assert.equal(await library.count(), 0, 'signing in is the light page');
  });
}

test('every page, in both schemes and on a phone', { timeout: 900_000 }, async (t) => {
  const inactive = await newAccount('hubspot', 'Pages Portal');
  const healthy = await newAccount('klaviyo', 'Pages Shop');
  await signUpInBrowser(page);
  await connect(page, 'hubspot', inactive);
  await firstSyncDone(page, 'hubspot');
  await connect(page, 'klaviyo', healthy);
  await firstSyncDone(page, 'klaviyo');
  await mistype('pages-shop.test');
  await addDomain(page, 'pages-shop.test');
  await fault('hubspot', inactive, 'revoke');
  await page.goto(`${BASE}/integrations`);
  await statusOnCard(page, 'hubspot', 'Inactive').waitFor({ timeout: 120_000 });
  for (const device of ['desktop', 'phone'] as const) {
    await t.test(device, async () => {
      assert.deepEqual(await examine(SCREENS, device), []);
    });
  }
  assert.deepEqual(faults, []);
});

test('the keyboard alone reaches content, palette and dialogs, and focus comes back', { timeout: 60_000 }, async () => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.goto(`${BASE}/integrations`);
  await page.getByRole('region', { name: 'HubSpot', exact: true }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search pages' }).fill('alerts');
  await page.keyboard.press('Enter');
  await heading('Alerts')(page);
  await page.goto(`${BASE}/integrations/hubspot`);
  const reconnect = page.getByRole('button', { name: /^Reconnect/ }).first();
  await reconnect.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.ok(await reconnect.evaluate((element) => element === document.activeElement));
});

test('without network the app says so and recovers by itself', { timeout: 60_000 }, async () => {
  await page.goto(`${BASE}/integrations`);
  await page.getByRole('region', { name: 'HubSpot', exact: true }).waitFor();
  await page.context().setOffline(true);
  await page.getByText('You are offline').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.context().setOffline(false);
  await page.getByText('You are offline').waitFor({ state: 'detached' });
});
