/** Chromium with the packed extension in it, in which Gmail's address leads to us and no other host exists. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page, type Worker } from 'playwright-core';
import { CHROMIUM, FLAGS } from '../../app/e2e/browser.ts';
import { BASE } from '../../app/e2e/stack.ts';

const FOLDER = process.env['E2E_EXTENSION'] ?? '';
export const ID = process.env['E2E_EXTENSION_ID'] ?? '';
export const page_ = (name: string): string => `chrome-extension://${ID}/${name}`;

/** `strayed`: what Gmail's tabs and our own pages loaded from anywhere but where they came from. */
export type Browser = { context: BrowserContext; strayed: string[]; close: () => Promise<void> };

export async function launch(gmailPort: number): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'mailwarden-browser-'));
  allowUnpacked(profile);
  const hosts = `MAP mail.google.com 127.0.0.1:${gmailPort}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost`;
  const ours = [
    `--disable-extensions-except=${FOLDER}`,
    `--load-extension=${FOLDER}`,
    `--host-resolver-rules=${hosts}`,
  ];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: [...FLAGS, ...ours],
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 860 },
    locale: 'en-GB',
  });
  context.setDefaultTimeout(60_000);
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, strayed: watch(context), close };
}

/** The service worker's own requests belong to no tab. */
function watch(context: BrowserContext): string[] {
  const strayed: string[] = [];
  context.on('requestfinished', (request) => {
    if (request.serviceWorker() || request.isNavigationRequest()) return;
    const from = new URL(request.frame().url());
    const isOurs = from.host === 'mail.google.com' || from.host === ID;
    if (isOurs && new URL(request.url()).host !== from.host) strayed.push(`${from.host}: ${request.url()}`);
  });
  return strayed;
}

/** As people do who load a package by hand: without it the browser does not let an extension come back after a reload. */
function allowUnpacked(profile: string): void {
  mkdirSync(join(profile, 'Default'));
  writeFileSync(
    join(profile, 'Default', 'Preferences'),
    JSON.stringify({ extensions: { ui: { developer_mode: true } } }),
  );
}

export async function worker(context: BrowserContext): Promise<Worker> {
  const mine = () => context.serviceWorkers().find((one) => one.url().includes(ID));
  return mine() ?? (await context.waitForEvent('serviceworker', (one) => one.url().includes(ID)));
}

/** A tab with one of our own pages, which is left open for the next time. */
export async function open(context: BrowserContext, name: 'popup.html' | 'options.html'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(page_(name));
  return page;
}

/** The address of the product is given in the options, as people with a server of their own do. */
export async function chooseServer(context: BrowserContext): Promise<void> {
  const options = await open(context, 'options.html');
  await options.getByLabel('Address of your Mailwarden server').fill(BASE);
  await options.getByLabel('Name of this browser').fill('Test browser');
  await options.getByRole('button', { name: 'Save' }).click();
  await options.getByText('Saved.', { exact: true }).waitFor();
  await options.close();
}

/** Somebody is signed in on our pages already: one click on “Allow” is all. */
export async function signIn(context: BrowserContext): Promise<void> {
  const popup = await open(context, 'popup.html');
  const opened = context.waitForEvent('page');
  await popup.getByRole('button', { name: /^Sign in/ }).click();
  const window = await opened;
  await window.getByRole('heading', { name: /Mailwarden browser extension/ }).waitFor();
  await window.getByText('Test browser').waitFor();
  await window
    .getByRole('button', { name: 'Allow' })
    .click()
    .catch(() => undefined); // it closes under the click
  await popup.getByRole('heading', { name: 'Signed in' }).waitFor();
  await popup.close();
}

/** As `chrome://extensions` does it. */
export async function reload(context: BrowserContext): Promise<void> {
  const old = await worker(context);
  await old.evaluate(() => chrome.runtime.reload()).catch(() => undefined); // it ends under the call
}

export async function signOut(context: BrowserContext): Promise<void> {
  const popup = await open(context, 'popup.html');
  await popup.getByRole('button', { name: 'Sign out' }).click();
  await popup.getByText('You are signed out of Mailwarden').first().waitFor();
  await popup.close();
}
