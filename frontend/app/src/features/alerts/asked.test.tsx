import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Alert } from '../../lib/types.ts';
import * as make from '../../test/fixtures.ts';
import { openApp } from '../../test/render.tsx';
import { get, server } from '../../test/server.ts';

const TITLE = 'Mia Member asks you to';

async function shown(change: Partial<Alert>) {
  const alert = make.alert({ kind: 'action_asked', title: TITLE, connection_id: null, provider: null, ...change });
  server.use(get('/alerts', () => make.page([alert])));
  const view = openApp('/alerts');
  const item = within(await screen.findByRole('article', { name: new RegExp(TITLE) }));
  return { ...view, item };
}

test.each([
  [{ action: 'manage_members' }, {}, 'Open members', '/settings?tab=organization'],
  [{ action: 'manage_billing' }, {}, 'Open billing', '/settings/billing'],
  [{ action: 'connect' }, { provider: 'hubspot' }, 'Go and connect it', '/integrations/hubspot'],
  [
    { action: 'change_connection' },
    { provider: 'hubspot', connection_id: 'conn_h1' },
    'Open its settings',
    '/integrations/hubspot?account=conn_h1&tab=settings',
  ],
  [{ action: 'new_here', page: '/settings?tab=email' }, {}, 'Open the page', '/settings?tab=email'],
])('what is asked for is one click away: %o', async (card, change, button, address) => {
  const { item } = await shown({ card, ...change });
  expect(item.getByRole('link', { name: button })).toHaveAttribute('href', address);
  expect(item.queryByRole('link', { name: 'Open the account' })).not.toBeInTheDocument();
  expect(item.queryByRole('button', { name: 'What happened' })).not.toBeInTheDocument();
});

test('a page elsewhere is not led to', async () => {
  const { item } = await shown({ card: { action: 'new_here', page: '//example.com/settings' } });
  expect(item.queryByRole('link')).not.toBeInTheDocument();
});

test('the click goes there', async () => {
  const { item, user, address } = await shown({ card: { action: 'look_at_audit_log' } });
  await user.click(item.getByRole('link', { name: 'Open the audit log' }));
  expect(address()).toBe('/audit-log');
});
