import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import * as make from '../test/fixtures.ts';
import * as box from '../test/mailboxes.ts';
import * as out from '../test/outreach.ts';
import { openApp } from '../test/render.tsx';
import { get, server } from '../test/server.ts';

const google = (...connections: Parameters<typeof box.google>[0]) =>
  get('/integrations', () => ({ data: [box.google(connections)] }));
const campaigns = (...all: ReturnType<typeof out.campaign>[]) =>
  http.get('*/v1/outreach-campaigns', ({ request }) => {
    const state = new URL(request.url).searchParams.get('state');
    return HttpResponse.json(make.page(all.filter((one) => !state || one.state === state)));
  });

beforeEach(() => {
  window.sessionStorage.clear();
  server.use(
    get('/me', () => out.sender()),
    google(box.gmail()),
    get('/mailboxes', () => make.page([box.mailbox()])),
    campaigns(out.campaign()),
  );
});

test('a campaign of the list tells who sends and whether they can, how far it is, and its figures with rates', async () => {
  server.use(campaigns(out.campaign({ rotation: true, accounts: [out.account(), out.broken()] })));
  openApp('/outreach');
  const row = await screen.findByRole('row', { name: /Spring offer/ });
  expect(row).toHaveTextContent(/Running.*Rotation/);
  expect(row).toHaveTextContent(/ben@example.com cannot send.*ann@example.com can send/);
  expect(row).toHaveTextContent('10 of 100 done');
  expect(row).toHaveTextContent(/40.*1 unknown.*20.*50%.*4.*10%/);
});

test('search and state live in the address and are asked of the server', async () => {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/v1/outreach-campaigns', ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json(make.page([]));
    }),
  );
  const { user, address } = openApp('/outreach?state=paused');
  expect(await screen.findByText('No campaign matches')).toBeInTheDocument();
  await user.type(screen.getByRole('searchbox', { name: 'Search' }), 'spring');
  await waitFor(() => expect(address()).toContain('q=spring'));
  await waitFor(() =>
    expect(asked.some((one) => one.get('q') === 'spring' && one.get('state') === 'paused')).toBe(true),
  );
});

test('a new campaign is a draft that opens with its steps', async () => {
  server.use(
    http.post('*/v1/outreach-campaigns', async ({ request }) => {
      const { name } = (await request.json()) as { name: string };
      return HttpResponse.json(out.draft({ id: 'out_9', name, steps: [] }), { status: 201, headers: { ETag: '"v1"' } });
    }),
    get('/outreach-campaigns/out_9', () => out.draft({ id: 'out_9', name: 'Autumn', steps: [] })),
    get('/outreach-campaigns/out_9/check', () => ({ ready: true, hindrances: [] })),
    get('/outreach-campaigns/out_9/recipients', () => make.page([])),
  );
  const { user, address } = openApp('/outreach');
  await user.click(await screen.findByRole('button', { name: 'New campaign…' }));
  await user.type(await screen.findByRole('textbox', { name: /Name/ }), 'Autumn');
  await user.click(screen.getByRole('button', { name: 'Create draft' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Autumn' })).toBeInTheDocument();
  expect(await screen.findByText('No steps yet')).toBeInTheDocument();
  expect(address()).toContain('/outreach/out_9?tab=steps');
});

test('what trouble paused is resumed at once, exactly as listed; what cannot go on says why', async () => {
  let sent: unknown;
  const byMember = out.paused({ id: 'out_3', name: 'By hand', pause_reason: 'member' });
  const away = out.paused({ id: 'out_2', name: 'Still away', accounts: [out.broken()] });
  const lost = { id: 'out_4', name: 'Summer', code: 'connection_inactive', detail: 'It broke again.' };
  server.use(
    campaigns(out.paused(), away, byMember, out.paused({ id: 'out_4', name: 'Summer' })),
    http.post('*/v1/outreach-campaigns/resume', async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json({ resumed: ['out_1'], not_resumed: [lost] });
    }),
  );
  const { user } = openApp('/outreach');
  const panel = await screen.findByRole('region', { name: 'Paused by trouble' });
  expect(panel).toHaveTextContent('3 campaigns paused by trouble');
  await user.click(within(panel).getByRole('button', { name: 'Resume…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Resume campaigns' });
  expect(dialog).toHaveTextContent('Cannot go on yet. ben@example.com: Access was revoked at Google.');
  expect(within(dialog).queryByText('By hand')).not.toBeInTheDocument();
  await user.click(within(dialog).getByRole('button', { name: 'Resume 2 campaigns' }));
  expect(await within(dialog).findByText('1 campaign resumed, 1 not.')).toBeInTheDocument();
  expect(dialog).toHaveTextContent('Not resumed. It broke again.');
  expect(sent).toEqual({ campaign_ids: ['out_1', 'out_4'] });
});

test('without a working mailbox sending says so, leads to connecting one, and back', async () => {
  const detail = 'No mailbox is connected.';
  server.use(
    google(),
    campaigns(),
    get('/sending/usability', () => ({
      usable: false,
      code: 'no_active_integration',
      detail,
      action: null,
      mailboxes: [],
    })),
  );
  const { user, address } = openApp('/outreach');
  expect(await screen.findByText('No active integrations')).toBeInTheDocument();
  await user.click(screen.getByRole('link', { name: 'Connect a mailbox' }));
  const back = await screen.findByRole('region', { name: 'Where you were' });
  await user.click(within(back).getByRole('button', { name: /Go back to your outreach campaigns/ }));
  await waitFor(() => expect(address()).toBe('/outreach'));
  expect(screen.queryByRole('region', { name: 'Where you were' })).not.toBeInTheDocument();
});

test('after a reconnect the account’s page lists what waits, and resumes or re-adds it', async () => {
  const calls: unknown[] = [];
  const left = out.waiting({ id: 'out_2', name: 'Autumn', rotation: true, resumable: false, re_addable: true });
  server.use(
    get('/connections/conn_g1/campaigns-paused', () => ({
      connection_id: 'conn_g1',
      data: [out.waiting(), { ...left, account_state: 'removed', clock: out.clock() }],
      resumable: 1,
    })),
    http.post('*/v1/outreach-campaigns/resume', async ({ request }) => {
      calls.push(await request.json());
      return HttpResponse.json({ resumed: ['out_1'], not_resumed: [] });
    }),
    http.post('*/v1/outreach-campaigns/out_2/accounts/oacc_1/re-add', () => {
      calls.push('re-add');
      const detail = 'It goes on with 12 recipients.';
      const told = { account_id: 'oacc_1', state: 'active', waits: false, recipients_kept: 12, recipients_free: 0 };
      return HttpResponse.json({ ...told, detail });
    }),
  );
  const { user } = openApp('/integrations/google?account=conn_g1');
  const panel = await screen.findByRole('region', { name: 'Campaigns that wait for this account' });
  expect(panel).toHaveTextContent('2 campaigns wait for this account');
  expect(panel).toHaveTextContent('40 min left');
  await user.click(within(panel).getByRole('button', { name: 'Resume it' }));
  expect(await within(panel).findByText('1 campaign resumed.')).toBeInTheDocument();
  await user.click(within(panel).getByRole('button', { name: 'Re-add to Autumn' }));
  expect(await screen.findByText('It goes on with 12 recipients.')).toBeInTheDocument();
  expect(calls).toEqual([{ campaign_ids: ['out_1'] }, 're-add']);
});
