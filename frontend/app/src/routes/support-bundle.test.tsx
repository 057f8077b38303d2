import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import * as diag from '../test/diagnostics.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

async function openDialog() {
  const app = openApp('/diagnostics');
  await app.user.click(await screen.findByRole('button', { name: 'Support bundle…' }));
  return { ...app, dialog: await screen.findByRole('dialog', { name: /^Support bundle/ }) };
}

test('a bundle is looked at, with what was taken out and why, before it is downloaded', async () => {
  let body: unknown;
  server.use(
    get('/diagnostics/support-bundle', () => make.page([])),
    http.post('*/v1/diagnostics/support-bundle', async ({ request }) => {
      body = await request.json();
      return HttpResponse.json(diag.bundle(), { status: 201 });
    }),
  );
  const { user, dialog } = await openDialog();
  expect(await within(dialog).findByText(/^None\. Bundles stay here/)).toBeInTheDocument();
  await user.type(within(dialog).getByLabelText(/Exact text of the error/), 'It said no');
  await user.click(within(dialog).getByRole('button', { name: 'Collect and preview' }));
  const row = await within(dialog).findByRole('row', { name: /logs\.refreshes.*Removed.*looks like a token.*2/ });
  expect(row).toBeInTheDocument();
  expect(body).toEqual({ connection_id: null, error_text: 'It said no', request_id: null, what_was_done: null });
  const download = within(dialog).getByRole('link', { name: 'Download zip' });
  expect(download).toHaveAttribute('href', '/v1/diagnostics/support-bundle/sbd_1/download');
  await user.click(within(dialog).getByRole('button', { name: /Never read for a bundle: 1 field/ }));
  expect(within(dialog).getByText('credentials.access_token')).toBeInTheDocument();
  await user.click(within(dialog).getByRole('button', { name: 'Error' }));
  expect(within(dialog).getByText(/missing or invalid refresh token/)).toBeInTheDocument();
});

test('a reference that is none is told beside its field', async () => {
  const wrong = [{ pointer: '/request_id', detail: 'Not a reference.' }];
  server.use(
    get('/diagnostics/support-bundle', () => make.page([])),
    http.post('*/v1/diagnostics/support-bundle', () =>
      problem(422, 'invalid', 'Some fields are wrong', { errors: wrong }),
    ),
  );
  const { user, dialog } = await openDialog();
  await user.type(within(dialog).getByLabelText(/Reference/), 'abc');
  await user.click(within(dialog).getByRole('button', { name: 'Collect and preview' }));
  expect(await within(dialog).findByText('Not a reference.')).toBeInTheDocument();
});

test('earlier bundles say when they are deleted, and can be deleted now', async () => {
  let kept = [diag.bundle()];
  server.use(
    get('/diagnostics/support-bundle', () => make.page(kept)),
    http.delete('*/v1/diagnostics/support-bundle/sbd_1', () => {
      kept = [];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, dialog } = await openDialog();
  const earlier = await within(dialog).findByRole('listitem');
  expect(earlier).toHaveTextContent(/Deleted on .*, (in 1 week|next week|in 6 days)/);
  await user.click(within(earlier).getByRole('button', { name: /^Delete the bundle/ }));
  await waitFor(() => expect(within(dialog).queryByRole('listitem')).not.toBeInTheDocument());
});
