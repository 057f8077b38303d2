import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { OutreachDetail, OutreachTroubleAccount } from '../lib/types.ts';
import * as make from '../test/fixtures.ts';
import * as box from '../test/mailboxes.ts';
import * as out from '../test/outreach.ts';
import { openApp } from '../test/render.tsx';
import { get, server } from '../test/server.ts';

const ben = box.gmail({ id: 'conn_g2', external_id: '2077', account_label: 'ben@example.com', status: 'inactive' });
const reconnect = { code: 'reconnect', label: 'Reconnect', detail: '' } as const;

const rotation = (change: Partial<OutreachDetail> = {}) =>
  out.campaign({ rotation: true, accounts: [out.account(), out.broken()], ...change });
const trouble = (...accounts: OutreachTroubleAccount[]) =>
  get('/outreach-campaigns/out_1/trouble', () => ({
    campaign_id: 'out_1',
    state: 'running',
    pause_reason: null,
    rotation: true,
    accounts,
    past: [],
  }));

beforeEach(() => {
  window.sessionStorage.clear();
  server.use(
    get('/me', () => out.sender()),
    get('/integrations', () => ({ data: [box.google([box.gmail(), ben])] })),
    get('/mailboxes', () => make.page([box.mailbox()])),
    get('/outreach-campaigns/out_1', () => rotation()),
    get('/outreach-campaigns/out_1/pace', () => ({
      data: [{ account_id: 'oacc_1', sent_today: 42, daily_limit: 200 }],
    })),
  );
});

const line = async (address: string) => {
  const list = await screen.findByRole('list', { name: 'Accounts of the FROM list' });
  const found = within(list)
    .getAllByRole('listitem')
    .find((one) => one.textContent?.includes(address));
  if (!found) throw new Error(`no line of ${address}`);
  return found;
};

test('each account shows the one truth of its connection, its work, and its countdown with who is at stake', async () => {
  const nine = out.clock({ kind: 'nine_days', due_at: make.ago(-(60 * 24 * 8 + 60 * 3 + 0.5)), uncounted_s: 900 });
  const away = out.trouble({ id: 'oacc_2', status: 'inactive', clock: nine, action: reconnect });
  server.use(trouble(out.trouble(), away));
  const { user, address } = openApp('/outreach/out_1?tab=accounts');
  const ann = await line('ann@example.com');
  expect(ann).toHaveTextContent(/Connected.*Sends.*60 recipients assigned · 42 of 200 sent today/);
  const other = await line('ben@example.com');
  expect(other).toHaveTextContent('Inactive');
  expect(other).toHaveTextContent('Access was revoked at Google.');
  const clock = within(other).getByRole('region', { name: 'Nine days' });
  expect(clock).toHaveTextContent('Nine days: 8 days 3 h left');
  expect(clock).toHaveTextContent(/12 recipients with mail from this account will get nothing more.*30 recipients/);
  expect(clock).toHaveTextContent('15 minutes of our own downtime');
  await user.click(within(other).getByRole('link', { name: 'Reconnect ben@example.com' }));
  const back = await screen.findByRole('region', { name: 'Where you were' });
  expect(address()).toBe('/integrations/google?account=conn_g2');
  await user.click(within(back).getByRole('button', { name: /Go back to the campaign “Spring offer”/ }));
  await waitFor(() => expect(address()).toBe('/outreach/out_1?tab=accounts'));
});

test('a removed account is re-added in one click, also while it is still away', async () => {
  let wanted = false;
  const removed = () =>
    out.trouble({
      id: 'oacc_2',
      state: 'removed',
      status: 'disconnected',
      clock: out.clock(),
      wanted_back: wanted,
      action: reconnect,
    });
  const detail = 'It will be re-added as soon as it is connected again.';
  server.use(
    get('/outreach-campaigns/out_1', () => rotation({ accounts: [out.account(), out.broken({ state: 'removed' })] })),
    get('/outreach-campaigns/out_1/trouble', () => ({
      campaign_id: 'out_1',
      state: 'running',
      pause_reason: null,
      rotation: true,
      accounts: [out.trouble(), removed()],
      past: [out.clock({ id: 'oclk_0', state: 'applied', applied_at: make.ago(9000), recipients_stopped: 7 })],
    })),
    http.post('*/v1/outreach-campaigns/out_1/accounts/oacc_2/re-add', () => {
      wanted = true;
      const told = { account_id: 'oacc_2', state: 'removed', waits: true, recipients_kept: 12, recipients_free: 30 };
      return HttpResponse.json({ ...told, detail });
    }),
  );
  const { user } = openApp('/outreach/out_1?tab=accounts');
  const other = await line('ben@example.com');
  expect(other).toHaveTextContent('Not on the list');
  expect(within(other).getByRole('region', { name: 'Hour of grace' })).toHaveTextContent('40 min left');
  await user.click(within(other).getByRole('button', { name: 'Re-add ben@example.com' }));
  await waitFor(async () => expect(await line('ben@example.com')).toHaveTextContent(detail));
  expect(within(await line('ben@example.com')).queryByRole('button', { name: /Re-add/ })).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: '1 clock came to the end' }));
  expect(screen.getByText(/7 recipients stopped/)).toBeInTheDocument();
});

test('a mailbox is put on the FROM list, and what its removal means is said first', async () => {
  let campaign = out.draft({ accounts: [] });
  server.use(
    get('/outreach-campaigns/out_1', () => campaign),
    get('/outreach-campaigns/out_1/check', () => ({ ready: false, hindrances: [] })),
    trouble(out.trouble()),
    http.post('*/v1/outreach-campaigns/out_1/accounts', async ({ request }) => {
      expect(await request.json()).toEqual({ mailbox_id: 'mbx_1' });
      campaign = out.draft();
      return HttpResponse.json(campaign);
    }),
    http.delete('*/v1/outreach-campaigns/out_1/accounts/oacc_1', () => {
      campaign = out.draft({ accounts: [] });
      return HttpResponse.json(campaign);
    }),
  );
  const { user } = openApp('/outreach/out_1?tab=accounts');
  expect(await screen.findByText('Nobody to send from yet')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Add mailbox' }));
  await user.click(await screen.findByRole('menuitem', { name: 'ann@example.com' }));
  const ann = await line('ann@example.com');
  await user.click(within(ann).getByRole('button', { name: 'Remove… ann@example.com' }));
  const dialog = await screen.findByRole('dialog', { name: /Remove ann@example.com/ });
  expect(dialog).toHaveTextContent('Nothing was sent yet.');
  await user.click(within(dialog).getByRole('button', { name: 'Remove the mailbox' }));
  expect(await screen.findByText('Nobody to send from yet')).toBeInTheDocument();
});
