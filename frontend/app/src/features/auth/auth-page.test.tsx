import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import * as make from '../../test/fixtures.ts';
import { problem, server } from '../../test/server.ts';
import { AuthPage } from './auth-page.tsx';

function open(mode: 'sign-in' | 'sign-up', search = '') {
  const assign = vi.fn();
  vi.stubGlobal('location', { ...window.location, search, assign });
  return { ...render(<AuthPage mode={mode} />), user: userEvent.setup(), assign };
}

test('sign-in leads to where the person came from', async () => {
  server.use(http.post('*/v1/auth/sign-in', () => HttpResponse.json(make.session())));
  const { user, assign } = open('sign-in', '?next=%2Fcampaigns%3Fq%3Dsale');
  await user.type(screen.getByLabelText('E-mail'), 'owner@example.com');
  await user.type(screen.getByLabelText('Password'), 'secret words here{Enter}');
  await waitFor(() => expect(assign).toHaveBeenCalledWith('/campaigns?q=sale'));
});

test('an address of another site is not followed', async () => {
  server.use(http.post('*/v1/auth/sign-in', () => HttpResponse.json(make.session())));
  const { user, assign } = open('sign-in', '?next=https%3A%2F%2Fevil.example');
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
    expect(screen.getByLabelText('E-mail')).toHaveAccessibleDescription('This address cannot be used.'),
  );
  expect(screen.getByLabelText('E-mail')).toHaveFocus();
  expect(body['time_zone']).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test('the password can be shown and hidden', async () => {
  const { user } = open('sign-in');
  await user.click(screen.getByRole('button', { name: 'Show password' }));
  expect(screen.getByLabelText('Password')).toHaveAttribute('type', 'text');
});

test.each(['sign-in', 'sign-up'] as const)('%s passes axe', async (mode) => {
  const { container } = open(mode);
  const result = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(result.violations.map((v) => v.id)).toEqual([]);
});
