import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import type { OutreachDetail, OutreachHindrance } from '../lib/types.ts';
import * as paid from '../test/billing.ts';
import * as make from '../test/fixtures.ts';
import * as box from '../test/mailboxes.ts';
import * as out from '../test/outreach.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

vi.setConfig({ testTimeout: 40_000 }); // texts are typed, letter by letter

/** The server’s campaign: read with its version, which each change raises. */
let stored: OutreachDetail;
let version: number;
const told = () => HttpResponse.json(stored, { headers: { ETag: `"v${version}"` } });
const change = (part: Partial<OutreachDetail>) => {
  stored = { ...stored, ...part };
  version += 1;
  return told();
};
const stale = (request: Request) =>
  request.headers.get('If-Match') === `"v${version}"`
    ? null
    : problem(412, 'precondition_failed', 'Somebody else changed this meanwhile');

const hindrance = (part: Partial<OutreachHindrance>): OutreachHindrance => ({
  code: 'no_steps',
  detail: '',
  step: null,
  account_id: null,
  recipients: null,
  ...part,
});
const check = (...hindrances: OutreachHindrance[]) =>
  get('/outreach-campaigns/out_1/check', () => ({ ready: hindrances.length === 0, hindrances }));

beforeEach(() => {
  stored = out.draft();
  version = 1;
  server.use(
    get('/me', () => out.sender()),
    get('/integrations', () => ({ data: [box.google([box.gmail()])] })),
    http.get('*/v1/outreach-campaigns/out_1', () => told()),
    get('/outreach-campaigns/out_1/recipients', () => make.page([out.recipient()])),
    get('/outreach-campaigns/out_1/preview', () => ({ subject: 'Hello Ada', html: '<p>Hi Ada</p>', missing: [] })),
    http.put('*/v1/outreach-campaigns/out_1/steps', async ({ request }) => {
      const { steps } = (await request.json()) as { steps: OutreachDetail['steps'] };
      return stale(request) ?? change({ steps: steps.map((one, index) => out.step({ ...one, number: index + 1 })) });
    }),
    check(),
  );
});

test('everything that hinders the start is named at once, each with the way to mend it', async () => {
  server.use(
    check(
      hindrance({ detail: 'There is no mail to send yet. Write the first step.' }),
      hindrance({ code: 'no_accounts', detail: 'No mailbox to send from.' }),
    ),
  );
  const { user, address } = openApp('/outreach/out_1');
  const list = await screen.findByRole('list', { name: 'What hinders the start' });
  expect(within(list).getAllByRole('listitem')).toHaveLength(2);
  expect(screen.getByRole('button', { name: 'Start…' })).toBeDisabled();
  await user.click(within(list).getByRole('button', { name: 'Open the FROM list' }));
  expect(address()).toContain('tab=accounts');
});

test('the start says to whom and from where, and leaves out who lacks a field only when told to', async () => {
  let sent: unknown;
  server.use(
    check(hindrance({ code: 'missing_fields', detail: '2 recipients have no first_name.', recipients: 2 })),
    http.post('*/v1/outreach-campaigns/out_1/start', async ({ request }) => {
      sent = await request.json();
      return change({ state: 'running', started_at: make.ago(0) });
    }),
  );
  const { user } = openApp('/outreach/out_1');
  await waitFor(() => expect(screen.getByRole('button', { name: 'Start…' })).toBeEnabled());
  await user.click(screen.getByRole('button', { name: 'Start…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Start Spring offer?' });
  expect(dialog).toHaveTextContent(/3 recipients, 1 step.*From ann@example.com.*Mon, Tue, Wed, Thu, Fri, 09:00–17:00/);
  expect(within(dialog).getByRole('button', { name: 'Start sending' })).toBeDisabled();
  await user.click(within(dialog).getByRole('checkbox', { name: 'Leave these recipients out' }));
  await user.click(within(dialog).getByRole('button', { name: 'Start sending' }));
  expect(await screen.findByRole('button', { name: 'Pause' })).toBeInTheDocument();
  expect(sent).toEqual({ skip_missing: true });
});

test('a paused campaign says why and who must act; a resume that is refused says why beside it', async () => {
  stored = out.paused({ accounts: [out.broken({ id: 'oacc_1' })] });
  server.use(
    http.post('*/v1/outreach-campaigns/out_1/resume', () =>
      problem(409, 'connection_inactive', 'Conflict', { detail: 'ben@example.com: Access was revoked at Google.' }),
    ),
  );
  const { user } = openApp('/outreach/out_1');
  const state = await screen.findByRole('region', { name: 'State' });
  expect(state).toHaveTextContent(/Its mailbox stopped working\. 30 min/);
  expect(state).toHaveTextContent('Whoever may reconnect the mailbox.');
  await user.click(screen.getByRole('button', { name: 'Resume' }));
  expect(await screen.findByText('ben@example.com: Access was revoked at Google.')).toBeInTheDocument();
  const steps = screen.getByRole('region', { name: /Figures by step/ });
  expect(within(steps).getByRole('row', { name: /1\. Hello.*40.*20.*50%.*8.*20%.*4.*10%/ })).toBeInTheDocument();
});

test('steps are written with fields by a click, and what no recipient has is warned of', async () => {
  const { user } = openApp('/outreach/out_1?tab=steps');
  const first = await screen.findByRole('region', { name: 'Step 1' });
  await waitFor(() => within(first).getByRole('button', { name: 'first name' }));
  const mail = within(first).getByRole('textbox', { name: 'Mail' });
  expect(mail).toHaveValue('Hi {{first_name|there}}');
  await user.clear(mail);
  await user.paste('Dear ');
  await user.click(within(first).getByRole('button', { name: 'first name' }));
  await user.paste(' of {{company}}\n\nSee https://example.com/a?b=1&c');
  expect(first).toHaveTextContent('No recipient has a field “company”. Give it a fallback: {{company|…}}.');
  await user.click(screen.getByRole('button', { name: 'Add step' }));
  const second = screen.getByRole('region', { name: 'Step 2' });
  expect(within(second).getByRole('checkbox', { name: /As a reply in the thread/ })).toBeChecked();
  await user.click(screen.getByRole('button', { name: 'Save steps' }));
  await waitFor(() => expect(stored.steps).toHaveLength(2));
  const link = 'https://example.com/a?b=1&amp;c';
  expect(stored.steps[0]?.html).toBe(
    `<p>Dear {{first_name}} of {{company}}</p><p>See <a href="${link}">${link}</a></p>`,
  );
  expect(stored.steps[1]).toMatchObject({ subject: null, delay_s: 3 * 86_400, condition: 'if_no_reply' });
});

test('steps that somebody else saved meanwhile are held up, and nothing typed is lost', async () => {
  const { user } = openApp('/outreach/out_1?tab=steps');
  const subject = await screen.findByRole('textbox', { name: 'Subject' });
  await user.type(subject, ' of mine');
  change({ steps: [out.step({ subject: 'Theirs' })] });
  await user.click(screen.getByRole('button', { name: 'Save steps' }));
  const conflict = await screen.findByRole('alert');
  expect(conflict).toHaveTextContent('Step 1 is different now. What you typed is still here');
  expect(subject).toHaveValue('Hello {{first_name|there}} of mine');
  await user.click(within(conflict).getByRole('button', { name: 'See their steps' }));
  expect(conflict).toHaveTextContent('1. Theirs');
  await user.click(within(conflict).getByRole('button', { name: 'Save mine over theirs' }));
  await waitFor(() => expect(stored.steps[0]?.subject).toBe('Hello {{first_name|there}} of mine'));
  await waitFor(() => expect(screen.queryByRole('alert')).not.toBeInTheDocument());
});

test('where only something else changed meanwhile, steps are saved all the same', async () => {
  const { user } = openApp('/outreach/out_1?tab=steps');
  await user.type(await screen.findByRole('textbox', { name: 'Subject' }), '!');
  change({ name: 'Renamed' });
  await user.click(screen.getByRole('button', { name: 'Save steps' }));
  await waitFor(() => expect(stored.steps[0]?.subject).toBe('Hello {{first_name|there}}!'));
  expect(screen.queryByText(/Somebody changed these steps/)).not.toBeInTheDocument();
});

test('what was typed survives a look at another part, and leaving asks first', async () => {
  const { user, address } = openApp('/outreach/out_1?tab=steps');
  await user.type(await screen.findByRole('textbox', { name: 'Subject' }), ' kept');
  await user.click(screen.getByRole('tab', { name: 'Recipients' }));
  await user.click(await screen.findByRole('tab', { name: 'Steps (not saved)' }));
  expect(await screen.findByRole('textbox', { name: 'Subject' })).toHaveValue('Hello {{first_name|there}} kept');
  await user.click(screen.getByRole('link', { name: '← All outreach campaigns' }));
  const dialog = await screen.findByRole('dialog', { name: 'Leave without saving?' });
  await user.click(within(dialog).getByRole('button', { name: 'Stay here' }));
  expect(address()).toContain('/outreach/out_1');
});

test('a preview is what one recipient would get, and says what they lack', async () => {
  server.use(
    get('/outreach-campaigns/out_1/preview', () => ({
      subject: 'Hello there',
      html: '<p>Hi from </p>',
      missing: ['company'],
    })),
  );
  openApp('/outreach/out_1?tab=steps');
  const preview = await screen.findByRole('region', { name: 'Preview' });
  expect(await within(preview).findByText(/ada@example.net lacks company/)).toBeInTheDocument();
  const frame = within(preview).getByTitle('Mail to ada@example.net');
  expect(frame).toHaveAttribute('sandbox', '');
  expect(frame.getAttribute('srcdoc')).toContain('<p>Hi from </p>');
});

test('options are saved by what changed; a save in between keeps my choice', async () => {
  const bodies: unknown[] = [];
  server.use(
    http.patch('*/v1/outreach-campaigns/out_1', async ({ request }) => {
      const body = (await request.json()) as Partial<OutreachDetail>;
      bodies.push(body);
      return stale(request) ?? change(body);
    }),
  );
  const { user } = openApp('/outreach/out_1?tab=schedule');
  await user.click(await screen.findByRole('checkbox', { name: 'Sat' }));
  await user.click(screen.getByRole('switch', { name: /^Bounce guard/ }));
  change({ name: 'Renamed' });
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await user.click(await screen.findByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(stored.bounce_guard_percent).toBeNull());
  expect(stored).toMatchObject({ name: 'Renamed', schedule: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] } });
  expect(bodies[1]).toEqual(bodies[0]);
});

test('somebody else’s campaign can be looked at and copied; without a plan nothing starts', async () => {
  stored = out.draft({ may_change: false });
  const view = openApp('/outreach/out_1?tab=steps');
  expect(await screen.findByText(/Somebody else made this campaign.*Or copy it\./)).toBeInTheDocument();
  expect(await screen.findByRole('textbox', { name: 'Subject' })).toBeDisabled();
  expect(screen.queryByRole('button', { name: 'Save steps' })).not.toBeInTheDocument();
  view.unmount();
  stored = out.draft();
  server.use(get('/billing/standing', () => paid.over()));
  openApp('/outreach/out_1');
  await waitFor(() => expect(screen.getByRole('button', { name: 'Start…' })).toBeDisabled());
});
