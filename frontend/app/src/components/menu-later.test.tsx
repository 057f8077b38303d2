import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openApp } from '../test/render.tsx';

test('a menu that comes when it is wanted opens by the keyboard, and the focus goes back to its button', async () => {
  const { user } = openApp('/nowhere');
  const name = { name: /account menu$/ };
  const button = await screen.findByRole('button', name);
  expect(button).toHaveAttribute('aria-expanded', 'false');
  button.focus();
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('menuitem', { name: 'Settings' })).toBeInTheDocument();
  expect(screen.getByRole('button', name)).toHaveAttribute('aria-expanded', 'true');
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('menuitem', { name: 'Settings' })).not.toBeInTheDocument());
  expect(screen.getByRole('button', name)).toHaveFocus();
});
