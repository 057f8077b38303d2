import { render, screen, waitFor } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import * as make from '../../test/fixtures.ts';
import { get, problem, server } from '../../test/server.ts';
import { AuthPage, type Mode } from './auth-page.tsx';

const TOKEN = '0123456789abcdefghijklmnopqrstuvwxyz';

beforeEach(() => server.use(get('/auth/identity-providers', () => ({ data: [] }))));

function open(mode: Mode, { search = '', hash = '' } = {}) {
  const assign = vi.fn();
  vi.stubGlobal('location', { ...window.location, pathname: `/${mode}`, search, hash, assign });
  return { ...render(<AuthPage mode={mode} />), user: userEvent.setup(), assign };
}

test('sign-in leads to where the person came from', async () => {
  server.use(http.post('*/v1/auth/sign-in', () => HttpResponse.json(make.session())));
  const { user, assign } = open('sign-in', { search: '?next=%2Fcampaigns%3Fq%3Dsale' });
  await user.type(screen.getByLabelText('E-mail'), 'owner@example.com');
  await user.type(screen.getByLabelText('Password'), 'secret words here{Enter}');
  await waitFor(() => expect(assign).toHaveBeenCalledWith('/campaigns?q=sale'));
});

test('an address of another site is not followed', async () => {
  server.use(http.post('*/v1/auth/sign-in', () => HttpResponse.json(make.session())));
  const { user, assign } = open('sign-in', { search: '?next=https%3A%2F%2Fevil.example' });
  await user.type(screen.getByLabelText('E-mail'), 'owner@example.com');
  await user.type(screen.getByLabelText('Password'), 'secret words here{Enter}');
  await waitFor(() => expect(assign).toHaveBeenCalledWith('/integrations'));
});

test('a wrong password gives the server’s neutral words', async () => {
  server.use(http.post('*/v1/auth/sign-in', () => problem(401, 'wrong_credentials', 'Wrong e-mail or password')));
  const { user } = open('sign-in');
  await user.type(screen.getByLabelText('E-mail'), 'owner@example.com');
  await user.type(screen.getByLabelText('Password'), 'nope{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Wrong e-mail or password');
});

test('what is missing is said beside its field, and the first one gets the focus', async () => {
  const { user } = open('sign-up');
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(screen.getByLabelText('Your name')).toHaveFocus();
  expect(screen.getByLabelText('Your name')).toHaveAccessibleDescription('Enter your name.');
});

test('the server’s pointers reach their fields; the browser’s time zone goes along', async () => {
  let body: Record<string, unknown> = {};
  server.use(
    http.post('*/v1/auth/sign-up', async ({ request }) => {
      body = (await request.json()) as Record<string, unknown>;
      const errors = [{ pointer: '#/email', code: 'taken', detail: 'This address cannot be used.' }];
      return problem(422, 'invalid', 'Check the highlighted fields', { errors });
    }),
  );
  const { user } = open('sign-up');
  await user.type(screen.getByLabelText('Your name'), 'Owner Example');
  await user.type(screen.getByLabelText('Organization'), 'Example Ltd');
  await user.type(screen.getByLabelText('E-mail'), 'owner@example.com');
  await user.type(screen.getByLabelText('Password'), 'correct horse battery{Enter}');
  await waitFor(() =>
    expect(screen.getByLabelText('E-mail')).toHaveAccessibleDescription(/This address cannot be used/),
  );
  expect(screen.getByLabelText('E-mail')).toHaveFocus();
  expect(body['time_zone']).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

async function typeCredentials(user: UserEvent) {
  await user.type(screen.getByLabelText('E-mail'), 'owner@example.com');
  await user.type(screen.getByLabelText('Password'), 'secret words here{Enter}');
}

test('a second factor is asked for, and the same call goes again with its code', async () => {
  const sent: unknown[] = [];
  server.use(
    http.post('*/v1/auth/sign-in', async ({ request }) => {
      const body = (await request.json()) as { code?: string };
      sent.push(body);
      if (!body.code) return problem(401, 'second_factor_required', 'Sign in first');
      if (body.code === '000000') return problem(401, 'wrong_code', 'Sign in first', { detail: 'This code is wrong.' });
      return HttpResponse.json(make.session());
    }),
  );
  const { user, assign } = open('sign-in');
  await typeCredentials(user);
  const code = await screen.findByLabelText('Code');
  expect(code).toHaveFocus();
  await user.type(code, '000000{Enter}');
  await waitFor(() => expect(code).toHaveAccessibleDescription('This code is wrong.'));
  await user.clear(code);
  await user.type(code, '123456{Enter}');
  await waitFor(() => expect(assign).toHaveBeenCalledWith('/integrations'));
  expect(sent.at(-1)).toEqual({ email: 'owner@example.com', password: 'secret words here', code: '123456' });
});

test('after too many attempts the page counts down to the next one', async () => {
  const refusal = problem(429, 'too_many_attempts', 'Too many requests', { detail: 'Try again in 65 s.' });
  refusal.headers.set('Retry-After', '65');
  server.use(http.post('*/v1/auth/sign-in', () => refusal));
  const { user } = open('sign-in');
  await typeCredentials(user);
  expect(await screen.findByRole('alert')).toHaveTextContent('You can try again in 1 min 5 s.');
});

test('other ways in are offered only where the operator set them up', async () => {
  server.use(
    get('/auth/identity-providers', () => ({ data: [{ provider: 'google', label: 'Google' }] })),
    http.post('*/v1/auth/identity/google', () => HttpResponse.json({ authorize_url: 'https://provider.example/in' })),
  );
  const { user, assign } = open('sign-in', { search: '?error=identity_not_linked' });
  expect(screen.getByRole('alert')).toHaveTextContent('There is an account with this address already');
  await user.click(await screen.findByRole('button', { name: 'Sign in with Google' }));
  await waitFor(() => expect(assign).toHaveBeenCalledWith('https://provider.example/in'));
  expect(screen.queryByRole('button', { name: /Microsoft/ })).not.toBeInTheDocument();
});

test('the way on is told to the server before a provider’s page is opened', async () => {
  let sent: unknown;
  server.use(
    get('/auth/identity-providers', () => ({ data: [{ provider: 'google', label: 'Google' }] })),
    http.post('*/v1/auth/identity/google', async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json({ authorize_url: 'https://provider.example/in' });
    }),
  );
  const { user, assign } = open('sign-in', { search: '?next=%2Fcampaigns%3Fq%3Dsale' });
  await user.click(await screen.findByRole('button', { name: 'Sign in with Google' }));
  await waitFor(() => expect(assign).toHaveBeenCalledWith('https://provider.example/in'));
  expect(sent).toEqual({ next: '/campaigns?q=sale' });
});

test('whoever comes back from a provider with a second factor gives the code alone', async () => {
  let body: unknown;
  server.use(
    http.post('*/v1/auth/second-factor', async ({ request }) => {
      body = await request.json();
      return HttpResponse.json(make.session());
    }),
  );
  const { user, assign } = open('sign-in', { search: '?second_factor=1' });
  await user.type(screen.getByLabelText('Code'), 'abcd-efgh{Enter}');
  await waitFor(() => expect(assign).toHaveBeenCalledWith('/integrations'));
  expect(body).toEqual({ code: 'abcd-efgh' });
});

test('who forgot the password reads the sender, and to look into the spam folder', async () => {
  server.use(
    http.post('*/v1/auth/forgot-password', () =>
      HttpResponse.json({ sender: 'Mailwarden <noreply@mail.example>', link_minutes: 60 }, { status: 202 }),
    ),
  );
  const { user } = open('forgot-password');
  await user.type(screen.getByLabelText('E-mail'), 'owner@example.com{Enter}');
  const heading = await screen.findByRole('heading', { name: 'Look into your mail' });
  expect(heading).toHaveFocus();
  expect(screen.getByText('Mailwarden <noreply@mail.example>')).toBeInTheDocument();
  expect(screen.getByText(/spam folder/)).toBeInTheDocument();
});

test('a new password: what is wrong with it stands at the field, the token leaves the address bar', async () => {
  const replace = vi.spyOn(window.history, 'replaceState');
  const errors = [{ pointer: '#/password', code: 'password_common', detail: 'This is one of the most used ones.' }];
  const bodies: unknown[] = [];
  server.use(
    http.post('*/v1/auth/reset-password', async ({ request }) => {
      bodies.push(await request.json());
      return bodies.length === 1
        ? problem(422, 'password_common', 'Check the highlighted fields', { errors })
        : new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = open('reset-password', { hash: `#${TOKEN}` });
  expect(replace).toHaveBeenCalledWith(null, '', '/reset-password');
  const field = screen.getByLabelText('New password');
  await user.type(field, 'password1234{Enter}');
  await waitFor(() => expect(field).toHaveAccessibleDescription(/most used/));
  await user.clear(field);
  await user.type(field, 'correct horse battery{Enter}');
  expect(await screen.findByRole('heading', { name: 'Your password is changed' })).toBeInTheDocument();
  expect(bodies.at(-1)).toEqual({ token: TOKEN, password: 'correct horse battery' });
});

test('an address is confirmed by a click, not by opening the link', async () => {
  const confirmed = vi.fn();
  server.use(
    http.post('*/v1/auth/confirm-email', () => {
      confirmed();
      return HttpResponse.json({ email: 'owner@example.com' });
    }),
  );
  const { user } = open('confirm-email', { hash: `#${TOKEN}` });
  expect(confirmed).not.toHaveBeenCalled();
  await user.click(screen.getByRole('button', { name: 'Confirm this address' }));
  expect(await screen.findByRole('heading', { name: 'Your address is confirmed' })).toBeInTheDocument();
});

test.each(['reset-password', 'confirm-email'] as const)('a dead link of %s leads on', async (mode) => {
  server.use(http.post(`*/v1/auth/${mode}`, () => problem(422, 'link_invalid', 'Check the highlighted fields')));
  const { user } = open(mode, { hash: `#${TOKEN}` });
  const field = screen.queryByLabelText('New password');
  if (field) await user.type(field, 'correct horse battery');
  await user.click(screen.getByRole('button', { name: /^(Set|Confirm)/ }));
  expect(await screen.findByRole('heading', { name: 'This link no longer works' })).toBeInTheDocument();
});

test('the password can be shown and hidden', async () => {
  const { user } = open('sign-in');
  await user.click(screen.getByRole('button', { name: 'Show password' }));
  expect(screen.getByLabelText('Password')).toHaveAttribute('type', 'text');
});

test.each(['sign-in', 'sign-up', 'forgot-password', 'reset-password', 'confirm-email'] as const)(
  '%s passes axe',
  async (mode) => {
    const { container } = open(mode, { hash: `#${TOKEN}` });
    const result = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
    expect(result.violations.map((v) => v.id)).toEqual([]);
  },
);
