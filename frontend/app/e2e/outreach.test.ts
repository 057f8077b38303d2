import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { looking } from './mailbox-steps.ts';
import * as steps from './outreach-steps.ts';
import { button, learnOfTrouble, openAllHours, saveMailbox } from './sending-steps.ts';
import { BASE, confirmAddress, fault, newAccount } from './stack.ts';
import { connect, consent, signUpInBrowser } from './steps.ts';
import { walk } from './walk.ts';

let page: Page;
let faults: string[];
let google: string;
let campaign = '';

walk((started) => {
  ({ page, faults } = started);
}, 30_000);

const { found, seen } = looking(() => page);
const open = (tab: string) => steps.openPart(page, campaign, tab);
const { part } = steps;

const ROWS = ['first@else.example,Reader,One Ltd', 'second@else.example,Other,', 'no address,Third,Three Ltd'];
const PEOPLE = ['E-mail,First name,Company', ...ROWS, ''].join('\n');

test('two mailboxes that send at any hour', { timeout: 120_000 }, async () => {
  google = await newAccount('google', 'Outreach Mail');
  const microsoft = await newAccount('microsoft', 'Outreach Office');
  await confirmAddress(await signUpInBrowser(page));
  await connect(page, 'google', google);
  await connect(page, 'microsoft', microsoft);
  for (const number of [1, 2]) {
    await openAllHours(page, number);
    await saveMailbox(page);
  }
});

test('a campaign is written, and gets its people from a file', { timeout: 240_000 }, async () => {
  campaign = await steps.newCampaign(page, 'Spring visits');
  await steps.addStep(page, 1, 'Hello {{first_name|there}},\n\nmay we visit {{company|you}}?', 'A visit?');
  await steps.addStep(page, 2, 'One more word.');
  await steps.saveSteps(page);
  await page.goto(campaign);
  await page.getByRole('list', { name: 'What hinders the start' }).waitFor();
  await seen('a campaign before its start');

  await open('recipients');
  await steps.lookAtFile(page, PEOPLE);
  await page.getByText('people.csv: 3 rows, 3 columns').waitFor();
  await seen('an import, its columns');
  await button(page, 'Check all rows').click();
  await part(page, 'Errors by row').waitFor();
  await button(page, 'Import 2 recipients').click();
  await page.getByText('The import is done.').waitFor();
  await steps.closeDialog(page);
  await page.getByRole('cell', { name: /^first@else.example/ }).waitFor();

  await open('steps');
  await page.frameLocator('iframe[title^="Mail to"]').getByText('may we visit').waitFor();
  await seen('the steps of a campaign, with a preview');
  await open('schedule');
  await steps.allHours(page);
  await seen('the schedule of a campaign');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Schedule and options saved').waitFor();
});

test('it starts from two mailboxes, is paused, resumed, and sends', { timeout: 240_000 }, async () => {
  await open('accounts');
  await page.getByText('Nobody to send from yet').waitFor();
  await steps.addMailbox(page, /outreach-mail/);
  await steps.addMailbox(page, /outreach-office/);
  await steps.start(page);
  await button(page, 'Pause').click();
  await button(page, 'Resume').click();
  await button(page, 'Pause').waitFor();

  await page.goto(campaign);
  await page.getByText('Nobody: it sends by itself.').waitFor();
  await page
    .getByRole('row', { name: /^1\. A visit\?/ })
    .getByRole('cell', { name: '2', exact: true })
    .waitFor({ timeout: 90_000 });
  await seen('a campaign that runs');
  await open('recipients');
  await page
    .getByRole('cell', { name: /^Active/ })
    .nth(1)
    .waitFor();
  await seen('the recipients of a campaign');
});

test('a broken mailbox has its countdown; what it paused is resumed in one place', { timeout: 240_000 }, async () => {
  const single = await steps.newCampaign(page, 'From one mailbox');
  await steps.addStep(page, 1, 'A word from one mailbox.', 'One word');
  await steps.saveSteps(page);
  await steps.openPart(page, single, 'recipients');
  await steps.addByHand(page, 'third@else.example');
  await steps.openPart(page, single, 'accounts');
  await steps.addMailbox(page, /outreach-mail/);
  await steps.start(page);

  await fault('google', google, 'revoke');
  await learnOfTrouble(page, 1);
  await open('accounts');
  const clock = part(page, 'Nine days');
  await clock.getByRole('timer').getByText(/days/).waitFor();
  await clock.getByText(/will get nothing more of this campaign, for ever/).waitFor();
  await seen('a rotation with a countdown');
  await page.goto(`${BASE}/outreach`);
  await part(page, 'Paused by trouble').waitFor();
  await seen('outreach campaigns, one paused by trouble');

  await open('accounts');
  await page.getByRole('link', { name: /^Reconnect/ }).click();
  await button(page, /^Reconnect/).click();
  await button(page, 'Reconnect at Google').click();
  await consent(page, google);
  await part(page, 'Campaigns that wait for this account').waitFor();
  await seen('an account for which a campaign waits');
  await page.goto(`${BASE}/outreach`);
  await part(page, 'Paused by trouble').getByRole('button', { name: 'Resume…' }).click();
  await page.getByRole('checkbox', { name: 'From one mailbox' }).waitFor();
  await seen('resuming what trouble paused');
  await button(page, 'Resume 1 campaign').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await part(page, 'Paused by trouble').waitFor({ state: 'detached' });
  await open('accounts');
  await part(page, 'Nine days').waitFor({ state: 'detached' });
  assert.deepEqual(found, []);
  assert.deepEqual(faults, []);
});
