/** What the tests ask of product and sandbox beside the browser. */
import type { Page } from 'playwright-core';
import { BASE, SANDBOX } from '../../app/e2e/stack.ts';
import { consent } from '../../app/e2e/steps.ts';

const DESK = process.env['E2E_DESK_URL'] ?? '';
const DAY_S = 86_400;

/** For product and sandbox together. */
async function advance(seconds: number): Promise<void> {
  const response = await fetch(`${DESK}/advance?seconds=${seconds}`, { method: 'POST' });
  if (!response.ok) throw new Error(`time did not pass: ${response.status}`);
}

export const pass = (days: number): Promise<void> => advance(days * DAY_S);

/** So long a mailbox waits between two mails, unless somebody sets another speed. */
export const nextTurn = (): Promise<void> => advance(61);

/** The address of the one mailbox that is connected. */
export async function addressOf(app: Page): Promise<string> {
  const answer = await app.request.get(`${BASE}/v1/mailboxes`);
  const { data } = (await answer.json()) as { data: { connection: { account_label: string } | null }[] };
  const label = data.find((one) => one.connection)?.connection?.account_label;
  if (!label) throw new Error('no mailbox is connected');
  return label;
}

export async function until(holds: () => Promise<boolean>, within = 90_000): Promise<void> {
  const ends = Date.now() + within;
  while (Date.now() < ends) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 300));
  }
  throw new Error('it did not come true');
}

/** Subjects of the mails that left from an account of the sandbox, in order. */
export async function sentBy(account: string): Promise<string[]> {
  const answer = await fetch(`${SANDBOX}/_sandbox/accounts/google/${account}/messages?folder=Sent`);
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}`);
  const { messages } = (await answer.json()) as { messages: { raw: string }[] };
  return messages.map((one) => /^Subject: (.*?)\r?$/m.exec(one.raw)?.[1] ?? '');
}

export async function reconnect(app: Page, account: string): Promise<void> {
  await app.goto(`${BASE}/settings?tab=email`);
  const slot = app.getByRole('region', { name: 'Mailbox slot 1' });
  await slot.getByRole('button', { name: /^Reconnect/ }).click();
  await app.getByRole('button', { name: 'Reconnect at Google' }).click();
  await consent(app, account);
  await app
    .getByRole('region', { name: /^Account / })
    .getByText('Connected', { exact: true })
    .first()
    .waitFor();
}

/** Of the newest message with that subject, as My Emails has it. */
export async function stateOf(app: Page, subject: string): Promise<string | undefined> {
  const { data } = (await (await app.request.get(`${BASE}/v1/messages`)).json()) as {
    data: { subject: string; state: string }[];
  };
  return data.find((one) => one.subject === subject)?.state;
}

type Usability = { usable: boolean; detail: string; mailboxes: { detail: string }[] };

/** What the server says to the app about sending. */
export const usability = async (app: Page): Promise<Usability> =>
  (await (await app.request.get(`${BASE}/v1/sending/usability`)).json()) as Usability;

/** How many devices may act for this person. */
export async function devices(app: Page): Promise<number> {
  const { data } = (await (await app.request.get(`${BASE}/v1/me/devices`)).json()) as { data: unknown[] };
  return data.length;
}
