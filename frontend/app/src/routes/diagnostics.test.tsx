import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import * as diag from '../test/diagnostics.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const run = () => screen.findByRole('button', { name: 'Run the diagnosis' });

test('members read who may see this, and no log is asked for', async () => {
  server.use(get('/me', make.member));
  openApp('/diagnostics?tab=refreshes');
  expect(await screen.findByRole('heading', { name: 'For owners and managers' })).toBeInTheDocument();
  expect(screen.queryByRole('tab')).not.toBeInTheDocument();
  expect(screen.queryByRole('button', { name: /Support bundle/ })).not.toBeInTheDocument();
});

test('an operator who is a member sees the instance alone', async () => {
  server.use(
    get('/me', () => ({ ...make.member(), is_operator: true })),
    get('/diagnostics/instance/providers', () => ({ data: [diag.providerApp()] })),
    get('/diagnostics/instance/scheduler', () => diag.instanceScheduler()),
  );
  openApp('/diagnostics');
  expect(await screen.findByRole('region', { name: 'Our apps at the providers' })).toBeInTheDocument();
  expect(screen.getAllByRole('tab').map((tab) => tab.textContent)).toEqual(['Instance']);
});

test('quick diagnosis: five steps, each with its result, its evidence and what to do', async () => {
  const broken = diag.check({
    code: 'affected',
    result: 'trouble',
    detail: 'Access was revoked.',
    what_to_do: 'Reconnect it with one click: that keeps every setting.',
    action: { code: 'reconnect', label: 'Reconnect' },
  });
  let answer: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  server.use(
    http.post('*/v1/diagnostics/quick', async () => {
      await asked;
      return HttpResponse.json(diag.diagnosis([broken]));
    }),
  );
  const { user, container } = openApp('/diagnostics');
  await user.click(await run());
  expect(await screen.findByRole('progressbar', { name: 'The diagnosis is running' })).toBeInTheDocument();
  expect(screen.getByText(/Going through the five steps/).closest('[aria-live]')).not.toBeNull();
  answer();
  const third = await screen.findByRole('listitem', { name: /^3\. Disconnect and reconnect/ });
  expect(third).toHaveTextContent('What to do: Reconnect it with one click');
  const mend = () => within(third).getByRole('link', { name: /^Reconnect/ });
  await waitFor(() => expect(mend()).toHaveAttribute('href', '/integrations/hubspot?account=conn_h1'));
  await user.click(within(third).getByRole('button', { name: /^Evidence/ }));
  expect(third).toHaveTextContent('token: ok. It was accepted.');
  expect(screen.getByRole('region', { name: 'Result' })).toHaveTextContent('1 account asked live');
  expect(screen.getByRole('button', { name: 'Make a support bundle…' })).toBeInTheDocument();
  const result = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});

test('a diagnosis that fails says why and can be run again', async () => {
  server.use(http.post('*/v1/diagnostics/quick', () => problem(429, 'too_many', 'Wait a minute', { detail: 'Busy.' })));
  const { user } = openApp('/diagnostics');
  await user.click(await run());
  expect(await screen.findByRole('alert')).toHaveTextContent('Wait a minute');
  server.use(http.post('*/v1/diagnostics/quick', () => HttpResponse.json(diag.diagnosis())));
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('region', { name: 'Result' })).toHaveTextContent(
    'Everything that was looked at works.',
  );
});

test('connections: last refresh, last call, last sync', async () => {
  server.use(get('/diagnostics/connections', () => make.page([diag.record({ last_probe_failed: true })])));
  openApp('/diagnostics?tab=connections');
  const row = await screen.findByRole('row', { name: /Acme Marketing/ });
  expect(row).toHaveTextContent('Refreshed');
  expect(row).toHaveTextContent('It failed');
  expect(row).toHaveTextContent('Version 7');
});

test('authorizations say what came back and which redirect address was expected', async () => {
  server.use(get('/diagnostics/callbacks', () => make.page([diag.callback()])));
  openApp('/diagnostics?tab=authorizations');
  const row = await screen.findByRole('row', { name: /The request was declined/ });
  expect(row).toHaveTextContent('The provider said: access_denied');
  expect(row).toHaveTextContent('https://mail.example/oauth/hubspot/callback');
  expect(screen.getByText(/Times in Europe\/Madrid/)).toBeInTheDocument();
});

test('refreshes: filters go into the address and the request, and more is one click', async () => {
  const asked: string[] = [];
  server.use(
    http.get('*/v1/diagnostics/refreshes', ({ request }) => {
      const { searchParams } = new URL(request.url);
      asked.push(searchParams.toString());
      const older = searchParams.get('cursor') === 'c2';
      return HttpResponse.json(make.page([diag.refresh({ id: older ? 'rfr_2' : 'rfr_1' })], older ? null : 'c2'));
    }),
  );
  const { user, address } = openApp('/diagnostics?tab=refreshes&from=2026-11-22');
  expect(await screen.findByRole('row', { name: /BAD_REFRESH_TOKEN/ })).toBeInTheDocument();
  expect(asked[0]).toContain('since=2026-11-21T23%3A00%3A00.000Z');
  await user.click(screen.getByRole('button', { name: 'Show more refreshes' }));
  await waitFor(() => expect(screen.getAllByRole('row', { name: /BAD_REFRESH_TOKEN/ })).toHaveLength(2));
  await user.click(screen.getByRole('combobox', { name: 'Outcome' }));
  await user.click(await screen.findByRole('option', { name: 'Refused' }));
  await waitFor(() => expect(asked.at(-1)).toContain('outcome=refused'));
  expect(address()).toContain('result=refused');
});

test('nothing yet and nothing that matches are two different things', async () => {
  server.use(get('/diagnostics/webhooks', () => make.page([])));
  const { user } = openApp('/diagnostics?tab=webhooks&provider=klaviyo');
  expect(await screen.findByRole('heading', { name: 'No webhooks match' })).toBeInTheDocument();
  await user.click(screen.getAllByRole('button', { name: 'Clear filters' })[0] as HTMLElement);
  expect(await screen.findByRole('heading', { name: 'No webhooks yet' })).toBeInTheDocument();
});

test('webhooks say what was told and what was done about it', async () => {
  server.use(get('/diagnostics/webhooks', () => make.page([diag.hook()])));
  openApp('/diagnostics?tab=webhooks');
  expect(await screen.findByRole('row', { name: /App uninstalled.*Checked at once.*2 320 ms/ })).toBeInTheDocument();
});

test('a log that cannot be read can be asked again', async () => {
  server.use(http.get('*/v1/diagnostics/webhooks', () => problem(500, 'internal', 'Something broke here')));
  openApp('/diagnostics?tab=webhooks');
  expect(await screen.findByRole('alert')).toHaveTextContent('Something broke here');
});

test('the scheduler: alive, and which queue is behind', async () => {
  server.use(get('/diagnostics/scheduler', () => diag.scheduler()));
  openApp('/diagnostics?tab=scheduler');
  expect(await screen.findByText('The scheduler is alive: 2 workers')).toBeInTheDocument();
  expect(screen.getByRole('row', { name: /Syncs and long work.*Behind.*1 min 35 s/ })).toBeInTheDocument();
});

test('operators see which settings are there, and can ask the provider', async () => {
  const good = diag.providerApp({ valid: true, detail: 'the provider accepts our client id and secret' });
  server.use(
    get('/me', () => make.session({ is_operator: true })),
    get('/diagnostics/instance/providers', () => ({ data: [diag.providerApp()] })),
    get('/diagnostics/instance/scheduler', () => diag.instanceScheduler()),
    http.post('*/v1/diagnostics/instance/providers/hubspot/check', () => HttpResponse.json(good)),
  );
  const { user } = openApp('/diagnostics?tab=instance');
  const app = await screen.findByRole('region', { name: 'HubSpot' });
  expect(app).toHaveTextContent('CLIENT_SECRET is not set');
  await user.click(within(app).getByRole('button', { name: /Check at the provider/ }));
  expect(await within(app).findByText('Valid')).toBeInTheDocument();
  expect(app).toHaveTextContent('The provider accepts our client id and secret.');
  expect(await screen.findByRole('row', { name: /worker-1.*Alive/ })).toBeInTheDocument();
});
