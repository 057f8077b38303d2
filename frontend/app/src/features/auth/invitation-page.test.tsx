import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import * as make from '../../test/fixtures.ts';
import { get, problem, server } from '../../test/server.ts';
import { InvitationPage } from './invitation-page.tsx';

const SEEN = {
  email: 'owner@example.com',
  organization_name: 'Acme',
  inviter_name: 'Pat',
  role: 'manager',
  expires_at: make.ago(-600),
};

const signedOut = () => http.get('*/v1/me', () => problem(401, 'unauthenticated', 'Sign in'));

beforeEach(() => {
  window.sessionStorage.clear();
  window.history.replaceState(null, '', '/invitation#secret');
  server.use(http.post('*/v1/invitations/look-up', () => HttpResponse.json(SEEN)));
});

test('whoever is signed in with the invited address joins with one click', async () => {
  let body: unknown;
  const done = vi.fn();
  server.use(
    http.post('*/v1/invitations/accept', async ({ request }) => {
      body = await request.json();
      return HttpResponse.json(make.session());
    }),
  );
  render(<InvitationPage onDone={done} />);
  await userEvent.click(await screen.findByRole('button', { name: 'Join Acme' }));
  await waitFor(() => expect(done).toHaveBeenCalled());
  expect(body).toEqual({ token: 'secret' });
  expect(window.location.hash).toBe('');
  expect(window.sessionStorage).toHaveLength(0);
});

test('a new person signs up; one with an account is sent to sign in, and the link is kept meanwhile', async () => {
  server.use(
    signedOut(),
    http.post('*/v1/invitations/sign-up', () => problem(409, 'sign_in_first', 'This address has an account')),
  );
  render(<InvitationPage onDone={vi.fn()} />);
  await userEvent.type(await screen.findByLabelText('Your name'), 'Nia New');
  await userEvent.type(screen.getByLabelText('Password'), 'correct horse battery staple');
  await userEvent.click(screen.getByRole('button', { name: 'Create account and join' }));
  expect(await screen.findByText('You have an account already')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/sign-in?next=%2Finvitation');
  expect(window.sessionStorage).toHaveLength(1);
});

test('somebody else who is signed in learns whose invitation it is', async () => {
  const other = make.session();
  server.use(get('/me', () => ({ ...other, user: { ...other.user, email: 'else@example.com' } })));
  render(<InvitationPage onDone={vi.fn()} />);
  expect(await screen.findByRole('button', { name: 'Sign out and go on as owner@example.com' })).toBeInTheDocument();
});

test('a link that works no more says so', async () => {
  server.use(http.post('*/v1/invitations/look-up', () => problem(422, 'link_invalid', 'This link works no more')));
  render(<InvitationPage onDone={vi.fn()} />);
  expect(await screen.findByRole('heading', { name: 'This invitation no longer works' })).toBeInTheDocument();
});
