import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import * as pay from '../test/billing.ts';
import { ended, inTrial, paid } from '../test/paid.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const PAGE = '/settings/billing';

const post = (path: string, body: () => unknown, calls: unknown[] = []) =>
  server.use(
    http.post(`*/v1${path}`, async ({ request }) => {
      calls.push(await request.json().catch(() => null));
      return HttpResponse.json(body() as object);
    }),
  );

const part = (name: string) => screen.findByRole('region', { name });

test('a trial tells what is left of it; a plan is bought on the page of Stripe', async () => {
  const calls: unknown[] = [];
  paid({ billing: inTrial(), current: '' });
  post('/billing/checkout', () => ({ url: '#paying' }), calls);
  const { user } = openApp(PAGE);
  expect(within(await part('Your plan')).getByText(/9 days left/)).toBeInTheDocument();
  await user.click(await screen.findByRole('button', { name: 'Choose Starter' }));
  await waitFor(() => expect(calls).toEqual([{ plan: 'starter' }]));
  await waitFor(() => expect(window.location.hash).toBe('#paying'));
});

test('what is used stands beside what the plan allows', async () => {
  paid();
  openApp(PAGE);
  expect(await screen.findByText('15 of 15: no more can be added')).toBeInTheDocument();
  expect(screen.getByText('4 of 25')).toBeInTheDocument();
  expect(screen.getByText('Up to 5,000')).toBeInTheDocument();
});

test('a smaller plan says what is beyond it; a declined card changes nothing', async () => {
  paid();
  server.use(http.post('*/v1/billing/change-plan', () => problem(402, 'payment_declined', 'The payment was declined')));
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Change to Starter' }));
  const dialog = await screen.findByRole('dialog', { name: 'Change to Starter?' });
  expect(await within(dialog).findByText('15 of 3 connected accounts')).toBeInTheDocument();
  await user.click(within(dialog).getByRole('button', { name: 'Change to Starter' }));
  expect(await within(dialog).findByText('The payment was declined')).toBeInTheDocument();
});

test('cancelling says what it does; what was cancelled can be resumed', async () => {
  const canceling = pay.billing({
    standing: pay.standing({ status: 'canceling', detail: 'The subscription was cancelled.', until: pay.inDays(20) }),
    actions: ['portal', 'change_plan', 'resume'],
  });
  paid();
  post('/billing/cancel', () => canceling);
  post('/billing/resume', () => pay.billing());
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Cancel the plan…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Cancel the plan?' });
  expect(within(dialog).getByText(/30 days more/)).toBeInTheDocument();
  await user.click(within(dialog).getByRole('button', { name: 'Cancel the plan' }));
  await user.click(await screen.findByRole('button', { name: 'Resume the plan' }));
  expect(await screen.findByRole('button', { name: 'Cancel the plan…' })).toBeInTheDocument();
});

test('a failed payment tells the next try, who must act, and how', async () => {
  const failed = { invoice_id: 'binv_2', amount: 5900, currency: 'usd', tries: 1, next_try_at: pay.inDays(3.1) };
  paid({
    billing: pay.billing({
      standing: pay.standing({ status: 'past_due', detail: 'A payment failed and is tried again.' }),
      failed_payment: { ...failed, page_url: 'https://invoice.example/i/2' },
    }),
  });
  post('/billing/refresh', () => pay.billing());
  const { user } = openApp(PAGE);
  const panel = within(await part('Failed payment'));
  expect(panel.getByText(/Tried 1 time/)).toHaveTextContent('in 3 days');
  expect(panel.getByText('Who must act: you, or another owner.')).toBeInTheDocument();
  expect(panel.getByRole('link', { name: 'Pay this invoice now' })).toHaveAttribute(
    'href',
    'https://invoice.example/i/2',
  );
  await user.click(panel.getByRole('button', { name: 'Check again' }));
  await waitFor(() => expect(screen.queryByRole('region', { name: 'Failed payment' })).not.toBeInTheDocument());
});

test('a refund shows its window, and goes to support in words that are written already', async () => {
  const calls: unknown[] = [];
  paid();
  post('/support/requests', () => ({ reference: 'MW-77' }), calls);
  const { user } = openApp(PAGE);
  expect(within(await part('Refund')).getByText(/14 times 24 hours/)).toBeInTheDocument();
  await user.click(await screen.findByRole('button', { name: 'Ask for a refund…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Ask for a refund?' });
  await user.type(within(dialog).getByLabelText('Your request'), ' Too early for us.');
  await user.click(within(dialog).getByRole('button', { name: 'Send to support' }));
  expect(await screen.findByText('Support has your request')).toBeInTheDocument();
  expect(calls).toEqual([
    expect.objectContaining({ description: expect.stringMatching(/MW-0001.*Too early for us\.$/), page: PAGE }),
  ]);
});

test('invoices are listed with their links', async () => {
  paid();
  openApp(PAGE);
  expect(await screen.findByRole('link', { name: 'PDF MW-0001' })).toHaveAttribute(
    'href',
    'https://invoice.example/i/1/pdf',
  );
});

test('back from Stripe it is asked until the purchase is known, and tests of accounts are shown', async () => {
  let asked = 0;
  paid({ billing: ended(), current: '' });
  server.use(
    http.post('*/v1/billing/refresh', () => {
      asked += 1;
      return HttpResponse.json(asked < 2 ? ended() : pay.billing());
    }),
    get('/integrations/retests', () => ({
      finished: true,
      data: [pay.retest(), pay.retest({ connection_id: 'conn_2', account_label: 'Old', ok: false, detail: 'Gone.' })],
    })),
  );
  const { user, address } = openApp(`${PAGE}?checkout=done`);
  expect(await screen.findByText('Waiting for Stripe to confirm the payment')).toBeInTheDocument();
  expect(await screen.findByText('Thank you: your plan is Team')).toBeInTheDocument();
  expect(await screen.findByText('1 of 2 accounts needs a look')).toBeInTheDocument();
  await waitFor(() => expect(address()).toBe(PAGE));
  await user.click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(screen.queryByText('Thank you: your plan is Team')).not.toBeInTheDocument();
});

test('who left the page of Stripe is told that nothing was charged', async () => {
  paid({ billing: inTrial(), current: '' });
  openApp(`${PAGE}?checkout=cancelled`);
  expect(await screen.findByText('Nothing was bought')).toBeInTheDocument();
});

test('a manager looks at everything and learns whom to ask', async () => {
  paid({ billing: pay.billing({ actions: [] }), session: pay.manager() });
  openApp(PAGE);
  expect(await screen.findByText(/Only an owner can do this. Ask Olga Owner./)).toBeInTheDocument();
  expect(await screen.findByRole('link', { name: 'PDF MW-0001' })).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: /Cancel|Change to|Ask for a refund/ })).not.toBeInTheDocument();
});

test('a member sees neither the page nor its tab', async () => {
  paid({ session: pay.member() });
  const { unmount } = openApp(PAGE);
  expect(await screen.findByText('Billing is for owners and managers')).toBeInTheDocument();
  unmount();
  openApp('/settings');
  await screen.findByRole('tab', { name: 'Account' });
  expect(screen.queryByRole('tab', { name: 'Billing' })).not.toBeInTheDocument();
});

test('a self-hosted instance has no such page, no tab, no entry and no banner', async () => {
  server.use(get('/me', () => pay.owner()));
  const { unmount } = openApp(PAGE);
  expect(await screen.findByRole('heading', { name: 'Page not found' })).toBeInTheDocument();
  unmount();
  const { user } = openApp('/settings');
  await screen.findByRole('tab', { name: 'Account' });
  expect(screen.queryByRole('tab', { name: 'Billing' })).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: /account menu/ }));
  await screen.findByRole('menuitem', { name: 'Settings' });
  expect(screen.queryByRole('menuitem', { name: 'Billing' })).not.toBeInTheDocument();
});
