import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import * as account from '../test/account.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

beforeEach(() =>
  server.use(
    ...account.accountHandlers(),
    get('/me', () => account.unverified()),
  ),
);

const banner = () => screen.findByRole('region', { name: 'Confirm your e-mail address' });

test('the banner names the sender, and mails again after the countdown', async () => {
  let state = account.verification();
  server.use(
    get('/me/verification', () => state),
    http.post('*/v1/me/verification', () => {
      state = account.verification({ retry_after_s: 60, resends_left: 4 });
      return HttpResponse.json(state, { status: 202 });
    }),
  );
  const { user } = openApp('/alerts');
  const place = within(await banner());
  expect(await place.findByText('Mailwarden <noreply@mail.example>')).toBeInTheDocument();
  expect(place.getByText(/spam folder/)).toBeInTheDocument();
  await user.click(place.getByRole('button', { name: 'Send again' }));
  const button = await place.findByRole('button', { name: /^Send again in (1 min|59 s)$/ });
  expect(button).toBeDisabled();
  expect(await screen.findByText('A new link is on its way')).toBeInTheDocument();
});

test('another address takes the place of a mistyped one', async () => {
  let email = 'ownr@example.com';
  server.use(
    get('/me', () => account.unverified({ user: { ...account.unverified().user, email } })),
    http.put('*/v1/me/sign-up-address', async ({ request }) => {
      email = ((await request.json()) as { email: string }).email;
      return HttpResponse.json(account.verification({ email }), { status: 202 });
    }),
  );
  const { user } = openApp('/alerts');
  const place = within(await banner());
  await user.click(await place.findByRole('button', { name: 'Use another address…' }));
  await user.type(await screen.findByLabelText('E-mail'), 'owner@example.com{Enter}');
  expect(await place.findByText('owner@example.com')).toBeInTheDocument();
});

test('confirmed elsewhere, the banner goes without a reload', async () => {
  let verified = false;
  server.use(
    get('/me', () => (verified ? make.session() : account.unverified())),
    get('/me/verification', () => {
      verified = true;
      return account.verification({ email_verified: true });
    }),
  );
  openApp('/alerts');
  await waitFor(() => expect(screen.queryByRole('region', { name: /^Confirm/ })).not.toBeInTheDocument());
});

test('what is refused for the address says so, and leads to the banner', async () => {
  server.use(
    get('/me', () => account.unverified({ permissions: make.session().permissions })),
    http.patch('*/v1/organization', () => problem(403, 'email_unverified', 'Confirm your address first')),
  );
  const { user } = openApp('/settings?tab=organization');
  const name = await screen.findByRole('textbox', { name: 'Name' });
  await user.type(name, ' 2');
  await user.click(screen.getByRole('button', { name: 'Save organization' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Confirm your address first');
  await waitFor(async () => expect(await banner()).toHaveFocus());
});

test('whoever lacks a permission for the address alone is not sent to an owner', async () => {
  openApp('/settings?tab=organization');
  expect(await screen.findByText(/Confirm your e-mail address first/)).toBeInTheDocument();
});
