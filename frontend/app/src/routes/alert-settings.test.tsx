import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import * as alerts from '../test/alerts.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const PAGE = '/settings?tab=alerts';
type Sent = { match: string | null; body: Record<string, unknown> };

beforeEach(() => {
  server.use(
    get('/me', () => alerts.manager()),
    get('/alert-rules', () => alerts.alertRules()),
    get('/alert-settings', () => alerts.alertSettings()),
    get('/alert-settings/deliveries', () => make.page([])),
  );
});

/** Answers a PUT, and keeps what came. */
function put(path: string, answer: (body: Record<string, unknown>) => HttpResponse<object>) {
  const sent: Sent[] = [];
  server.use(
    http.put(`*/v1${path}`, async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      sent.push({ match: request.headers.get('if-match'), body });
      return answer(body) as never;
    }),
  );
  return sent;
}

const rule = async (name: string) => within(await screen.findByRole('group', { name }));

test('each rule says what it does, its threshold, unit, baseline and minimum volume', async () => {
  openApp(PAGE);
  const bounces = await rule('Bounce rate spike');
  expect(bounces.getByText('Words of bounce_spike.')).toBeInTheDocument();
  expect(bounces.getByRole('textbox', { name: 'Threshold' })).toHaveValue('2 percentage points');
  expect(bounces.getByRole('textbox', { name: 'Minimum volume' })).toHaveValue('200 messages sent');
  expect(bounces.getByText('Measured against: baseline of bounce_spike.')).toBeInTheDocument();
  expect(screen.getByText('Rules are on')).toBeInTheDocument();
  expect((await rule('Sync failure')).queryByRole('textbox', { name: 'Minimum volume' })).not.toBeInTheDocument();
});

test('what would have fired is shown with dates and values before saving, until the rule changes again', async () => {
  let asked: { rules: { kind: string; threshold: number }[] } | undefined;
  server.use(
    http.post('*/v1/alert-rules/preview', async ({ request }) => {
      asked = (await request.json()) as typeof asked;
      return HttpResponse.json(alerts.rulesPreview([alerts.wouldHaveFired()]));
    }),
  );
  const { user } = openApp(PAGE);
  const bounces = await rule('Bounce rate spike');
  const threshold = bounces.getByRole('textbox', { name: 'Threshold' });
  await user.clear(threshold);
  await user.type(threshold, '3');
  await user.click(screen.getByRole('button', { name: 'What would have fired in 90 days' }));
  expect(await bounces.findByText(/would have fired 1 time from Aug 24, 2026 to Nov 22, 2026/)).toBeInTheDocument();
  expect(asked?.rules.find(({ kind }) => kind === 'bounce_spike')?.threshold).toBe(3);
  await user.click(bounces.getByRole('button', { name: 'When, and with which values' }));
  expect(bounces.getByRole('listitem')).toHaveTextContent(/Oct 2, 2026.*4\.1 % of 3,200.*over Oct 5, 2026/);
  expect((await rule('Data out of date')).getByText(/would not have fired/)).toBeInTheDocument();
  await user.type(threshold, '0');
  expect(bounces.getByText(/Changed since you looked/)).toBeInTheDocument();
});

test('only changed rules are saved; out of bounds nothing is', async () => {
  const sent = put('/alert-rules', () => HttpResponse.json(alerts.alertRules({ version: 5 }, { threshold: 3 })));
  const { user } = openApp(PAGE);
  const bounces = await rule('Bounce rate spike');
  const threshold = bounces.getByRole('textbox', { name: 'Threshold' });
  await user.clear(threshold);
  await user.type(threshold, '300');
  expect(bounces.getByText('Use a number from 0.01 to 90.')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Save rules' })).toBeDisabled();
  await user.clear(threshold);
  await user.type(threshold, '3');
  await user.click(screen.getByRole('button', { name: 'Save rules' }));
  await waitFor(() => expect(sent).toHaveLength(1));
  const wanted = { kind: 'bounce_spike', enabled: true, threshold: 3, minimum_volume: 200, frequency: null };
  expect(sent[0]).toEqual({ match: '"v4"', body: { rules: [wanted] } });
  await waitFor(() => expect(screen.getByRole('button', { name: 'Save rules' })).toBeDisabled());
});

test('somebody else’s save in between is told, keeps what was typed, and the next try is meant', async () => {
  let now = alerts.alertRules();
  const sent = put('/alert-rules', () => {
    now = alerts.alertRules({ version: 9 }, { words: 'Theirs now.' });
    if (sent.length > 1) return HttpResponse.json(now);
    return problem(412, 'precondition_failed', 'It was changed meanwhile. Load it again.') as never;
  });
  server.use(get('/alert-rules', () => now));
  const { user } = openApp(PAGE);
  const bounces = await rule('Bounce rate spike');
  await user.click(bounces.getByRole('switch', { name: /^On\s*: Bounce rate spike/ }));
  await user.click(screen.getByRole('button', { name: 'Save rules' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('It was changed meanwhile');
  expect(await bounces.findByText('Theirs now.')).toBeInTheDocument();
  expect(bounces.getByRole('switch', { name: /^On\s*: Bounce rate spike/ })).not.toBeChecked();
  await user.click(screen.getByRole('button', { name: 'Save rules' }));
  await waitFor(() => expect(sent.map(({ match }) => match)).toEqual(['"v4"', '"v9"']));
});

test('the master switch acts at once and says what stays', async () => {
  let now = alerts.alertSettings();
  const sent = put('/alert-settings', () => {
    now = alerts.alertSettings({ enabled: false, version: 8 });
    return HttpResponse.json(now);
  });
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('switch', { name: 'Watch by the rules below' }));
  expect(await screen.findByText('Rules are off')).toBeInTheDocument();
  expect(sent[0]).toMatchObject({ match: '"v7"', body: { enabled: false, email: { address: null } } });
  expect(screen.getByText(/disconnected is always told at once/)).toBeInTheDocument();
});

test('digest, Slack and webhook are saved together; the Slack address is never shown again', async () => {
  let now = alerts.alertSettings();
  const sent = put('/alert-settings', () => {
    now = alerts.alertSettings({
      version: 8,
      slack: { enabled: true, configured: true, hint: 'hooks.slack.com … abcd', last: null },
    });
    return HttpResponse.json(now);
  });
  const { user } = openApp(PAGE);
  expect(await screen.findByRole('combobox', { name: 'Hour of the digest' })).toHaveValue('08:00');
  expect(screen.getByText(/In Europe\/Madrid/)).toBeInTheDocument();
  await user.click(screen.getByRole('switch', { name: /^On\s*: Slack/ }));
  await user.click(screen.getByLabelText('Address of the incoming webhook'));
  await user.paste('https://hooks.slack.com/services/abcd');
  await user.click(screen.getByRole('button', { name: 'Save settings' }));
  expect(await screen.findByText('Stored: hooks.slack.com … abcd.')).toBeInTheDocument();
  expect(screen.getByLabelText('New address of the incoming webhook')).toHaveValue('');
  expect(sent[0]?.body).toMatchObject({
    slack: { enabled: true, url: 'https://hooks.slack.com/services/abcd' },
    webhook: { enabled: false, url: null },
  });
});

test('a new address waits for its code', async () => {
  const email = { ...alerts.alertSettings().email, pending_address: 'team@example.com' };
  let code: unknown;
  server.use(
    get('/alert-settings', () => alerts.alertSettings({ email })),
    http.post('*/v1/alert-settings/confirm-address', async ({ request }) => {
      code = await request.json();
      const done = { ...email, address: 'team@example.com', pending_address: null, recipients: ['team@example.com'] };
      return HttpResponse.json(alerts.alertSettings({ version: 8, email: done }));
    }),
  );
  const { user } = openApp(PAGE);
  expect(await screen.findByText('team@example.com waits for its code')).toBeInTheDocument();
  expect(screen.getByText('Mails go to owner@example.com.')).toBeInTheDocument();
  await user.type(screen.getByRole('textbox', { name: 'Code' }), 'abcd2345');
  await user.click(screen.getByRole('button', { name: 'Confirm address' }));
  expect(await screen.findByText('Mails go to team@example.com.')).toBeInTheDocument();
  expect(code).toEqual({ code: 'ABCD2345' });
});

test('a new secret of the webhook is confirmed first and shown once', async () => {
  const webhook = { enabled: true, configured: true, url: 'https://example.com/hook', secret: null, last: null };
  server.use(
    get('/alert-settings', () => alerts.alertSettings({ webhook })),
    http.post('*/v1/alert-settings/webhook-secret', () => HttpResponse.json({ secret: 'whsec_once' })),
  );
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Make a new signing secret' }));
  await user.click(await screen.findByRole('button', { name: 'Make a new secret' }));
  expect(await screen.findByText('whsec_once')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'I have kept it' }));
  await waitFor(() => expect(screen.queryByText('whsec_once')).not.toBeInTheDocument());
});

test('the secret of a new webhook is in the answer to its address, and shown once', async () => {
  const made = { enabled: true, configured: true, url: 'https://example.com/hook', secret: 'whsec_first', last: null };
  server.use(get('/alert-settings', () => alerts.alertSettings()));
  put('/alert-settings', () => HttpResponse.json(alerts.alertSettings({ version: 8, webhook: made })));
  const { user } = openApp(PAGE);
  await user.click(await screen.findByLabelText('Address of your server'));
  await user.paste('https://example.com/hook');
  await user.click(screen.getByRole('button', { name: 'Save settings' }));
  expect(await screen.findByText('whsec_first')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'I have kept it' }));
  await waitFor(() => expect(screen.queryByText('whsec_first')).not.toBeInTheDocument());
});

test('a test tells what came of each channel', async () => {
  server.use(
    http.post('*/v1/alert-settings/test', () =>
      HttpResponse.json({
        results: [
          alerts.channelResult(),
          alerts.channelResult({
            channel: 'webhook',
            result: 'failed',
            target: null,
            detail: 'http_status',
            http_status: 500,
          }),
          alerts.channelResult({ channel: 'slack', result: 'off', target: null, duration_ms: null }),
        ],
      }),
    ),
  );
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Send test alert' }));
  const rows = within(await screen.findByRole('list', { name: 'Results of the test' })).getAllByRole('listitem');
  expect(rows.map((row) => row.textContent)).toEqual([
    'E-mailSentTo owner@example.com. It took 120 ms.',
    'Signed webhookFailedIt answered 500. It took 120 ms.',
    'SlackOffIt is switched off, or has no address.',
  ]);
});

test('the log of each channel says what arrived and why not', async () => {
  server.use(
    http.get('*/v1/alert-settings/deliveries', ({ request }) => {
      const slack = new URL(request.url).searchParams.get('channel') === 'slack';
      const failed = alerts.alertDelivery({
        channel: 'slack',
        status: 'failed',
        error: 'http_status',
        http_status: 404,
      });
      return HttpResponse.json(make.page([slack ? { ...failed, target: null, tries: 1 } : alerts.alertDelivery()]));
    }),
  );
  const { user } = openApp(PAGE);
  expect(await screen.findByRole('row', { name: /Bounce rate rose.*Sent.*owner@example.com/ })).toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: 'Slack' }));
  expect(await screen.findByRole('row', { name: /Failed.*It answered 404/ })).toBeInTheDocument();
});

test('members see the rules closed, why, and may ask', async () => {
  const member = make.member();
  const refused = { permission: 'alerts:write', roles: ['owner', 'manager'], reason: '' };
  const permissions = [...member.permissions, 'alerts:read', 'connections:ask'];
  server.use(get('/me', () => ({ ...member, permissions, not_allowed: [...member.not_allowed, refused] })));
  openApp(PAGE);
  expect(await screen.findByText(/Only an owner or manager can do this/)).toBeInTheDocument();
  expect((await rule('Bounce rate spike')).getByRole('textbox', { name: 'Threshold' })).toBeDisabled();
  expect(screen.queryByRole('button', { name: 'Save rules' })).not.toBeInTheDocument();
  expect(await screen.findByRole('button', { name: /Ask/ })).toBeInTheDocument();
});
