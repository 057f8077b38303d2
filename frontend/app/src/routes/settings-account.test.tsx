import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import * as account from '../test/account.ts';
import { ago } from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

vi.setConfig({ testTimeout: 30_000 }); // whole forms are typed, letter by letter
beforeEach(() => server.use(...account.accountHandlers()));

const PAGE = '/settings?tab=account';
const wrongPassword = () =>
  problem(422, 'wrong_password', 'Check the highlighted fields', {
    errors: [{ pointer: '#/current_password', code: 'wrong_password', detail: 'This is not your password.' }],
  });

test('a wrong current password is told at its field; a right one changes the password', async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post('*/v1/me/password', async ({ request }) => {
      bodies.push(await request.json());
      return bodies.length === 1 ? wrongPassword() : new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, container } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Change password…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Change password' }));
  const current = dialog.getByLabelText('Your password');
  await user.type(current, 'not this one');
  await user.type(dialog.getByLabelText('New password'), 'correct horse battery');
  await user.click(dialog.getByRole('button', { name: 'Change password' }));
  await waitFor(() => expect(current).toHaveAccessibleDescription('This is not your password.'));
  expect(current).toHaveFocus();
  await user.click(dialog.getByRole('button', { name: 'Change password' }));
  expect(await screen.findByText('Your password is changed')).toBeInTheDocument();
  expect(bodies.at(-1)).toEqual({ current_password: 'not this one', new_password: 'correct horse battery' });
  const result = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});

test('a change of the address waits for its confirmation, and can be cancelled', async () => {
  let pending: string | null = null;
  server.use(
    get('/me/email', () => ({
      email: 'owner@example.com',
      sender: 'noreply@mail.example',
      pending_email: pending,
      expires_at: pending && ago(-60 * 24),
    })),
    http.post('*/v1/me/email', async ({ request }) => {
      pending = ((await request.json()) as { new_email: string }).new_email;
      return HttpResponse.json({}, { status: 202 });
    }),
    http.delete('*/v1/me/email', () => {
      pending = null;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Change e-mail…' }));
  await user.type(await screen.findByLabelText('New e-mail'), 'new@example.com');
  await user.type(screen.getByLabelText('Your password'), 'secret words here');
  await user.click(screen.getByRole('button', { name: 'Mail me a link' }));
  const waiting = await screen.findByRole('region', { name: 'Change of address' });
  expect(waiting).toHaveTextContent('Waits for confirmation: new@example.com');
  expect(waiting).toHaveTextContent('noreply@mail.example');
  await user.click(within(waiting).getByRole('button', { name: 'Cancel change' }));
  await waitFor(() => expect(screen.queryByRole('region', { name: 'Change of address' })).not.toBeInTheDocument());
});

test('other browsers are listed by name and can be signed out, this one is marked', async () => {
  const phone = account.browser({
    id: 'ses_2',
    current: false,
    user_agent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604.1',
  });
  let list = [account.browser(), phone];
  server.use(
    get('/me/sessions', () => ({ data: list })),
    http.delete('*/v1/me/sessions/ses_2', () => {
      list = [account.browser()];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp(PAGE);
  const card = within(await screen.findByRole('region', { name: 'Signed-in browsers' }));
  expect(await card.findByText('Firefox on Linux')).toBeInTheDocument();
  expect(card.getByText('This browser')).toBeInTheDocument();
  await user.click(card.getByRole('button', { name: 'Sign out Safari on iOS' }));
  await waitFor(() => expect(card.queryByText('Safari on iOS')).not.toBeInTheDocument());
  expect(card.queryByRole('button', { name: /Sign out/ })).not.toBeInTheDocument();
});

test('a second factor: password, key and code, then the recovery codes once', async () => {
  let on = false;
  const uri = 'otpauth://totp/Mailwarden:owner%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Mailwarden';
  server.use(
    get('/me/second-factor', () =>
      account.factor(on ? { enabled: true, confirmed_at: ago(0), recovery_codes_left: 2 } : {}),
    ),
    http.post('*/v1/me/second-factor', () =>
      HttpResponse.json({ setup_key: 'JBSWY3DPEHPK3PXP', otpauth_uri: uri }, { status: 201 }),
    ),
    http.post('*/v1/me/second-factor/confirm', async ({ request }) => {
      const { code } = (await request.json()) as { code: string };
      const errors = [{ pointer: '#/code', code: 'wrong_code', detail: 'Wait for the next code and try again.' }];
      if (code !== '123456') return problem(422, 'wrong_code', 'Check the highlighted fields', { errors });
      on = true;
      return HttpResponse.json({ recovery_codes: ['aaaa-bbbb', 'cccc-dddd'] });
    }),
  );
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Set up…' }));
  await user.type(await screen.findByLabelText('Your password'), 'secret words here{Enter}');
  expect(await screen.findByRole('img', { name: 'QR code of the setup key' })).toBeInTheDocument();
  expect(screen.getByText('JBSWY3DPEHPK3PXP')).toBeInTheDocument();
  const code = screen.getByLabelText('Code of the app');
  await user.type(code, '000000{Enter}');
  await waitFor(() => expect(code).toHaveAccessibleDescription(/Wait for the next code/));
  await user.clear(code);
  await user.type(code, '123456{Enter}');
  const codes = await screen.findByRole('list', { name: 'Recovery codes' });
  expect(codes).toHaveTextContent('aaaa-bbbb');
  await user.click(screen.getByRole('button', { name: 'Copy codes' }));
  expect(await navigator.clipboard.readText()).toBe('aaaa-bbbb\ncccc-dddd');
  await user.keyboard('{Escape}');
  expect(screen.getByRole('dialog', { name: 'Keep your recovery codes' })).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'I have kept them' }));
  expect(await screen.findByText(/2 recovery codes left: make new ones/)).toBeInTheDocument();
});

test('the way back from a provider’s page says how joining it ended', async () => {
  server.use(get('/auth/identity-providers', () => ({ data: [{ provider: 'google', label: 'Google' }] })));
  const { address } = openApp('/settings/account?error=identity_taken');
  expect(await screen.findByText('This account signs in somebody else')).toBeInTheDocument();
  expect(address()).toBe('/settings?tab=account&error=identity_taken');
  expect(screen.getByRole('button', { name: 'Join… Google' })).toBeInTheDocument();
});

test('the last way in is not taken away, and the card says why', async () => {
  const google = {
    id: 'idn_1',
    provider: 'google',
    provider_label: 'Google',
    account: 'owner@gmail.example',
    created_at: ago(60),
    last_used_at: null,
  };
  server.use(
    get('/me/identities', () => ({ data: [google], has_password: false })),
    http.delete('*/v1/me/identities/idn_1', () =>
      problem(409, 'last_way_in', 'Conflict', { detail: 'Nothing else would sign you in.' }),
    ),
  );
  const { user } = openApp(PAGE);
  await user.click(await screen.findByRole('button', { name: 'Remove Google' }));
  expect(await screen.findByText('Nothing else would sign you in.')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Change password…' })).not.toBeInTheDocument();
  expect(screen.getAllByRole('link', { name: 'Choose one by mail' })[0]).toHaveAttribute('href', '/forgot-password');
});
