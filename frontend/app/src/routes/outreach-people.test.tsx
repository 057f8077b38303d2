import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { OutreachImport, OutreachImportCounts } from '../lib/types.ts';
import * as make from '../test/fixtures.ts';
import * as out from '../test/outreach.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const PLACE = '*/v1/outreach-campaigns/out_1';

beforeEach(() =>
  server.use(
    get('/me', () => out.sender()),
    get('/outreach-campaigns/out_1', () => out.campaign()),
    get('/outreach-campaigns/out_1/recipients', () => make.page([out.recipient()])),
  ),
);

test('recipients tell their state in words with its reason, who writes to them, and what is next', async () => {
  const stopped = out.recipient({
    id: 'rcp_2',
    address: 'bob@example.net',
    state: 'campaign_stopped',
    state_reason: 'nine_days',
  });
  server.use(get('/outreach-campaigns/out_1/recipients', () => make.page([out.recipient({ next_step: 1 }), stopped])));
  openApp('/outreach/out_1?tab=recipients');
  const ada = await screen.findByRole('row', { name: /ada@example.net/ });
  expect(ada).toHaveTextContent(/Ada Example.*Active.*more is to come.*ann@example.com.*Step 1not before: in 9 hr/);
  const bob = screen.getByRole('row', { name: /bob@example.net/ });
  expect(bob).toHaveTextContent('Campaign stoppedTheir mailbox did not work for nine days.');
});

test('the list is filtered in the address, and somebody is skipped', async () => {
  const asked: string[] = [];
  let skipped = false;
  server.use(
    http.get(`${PLACE}/recipients`, ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json(make.page([out.recipient(skipped ? { state: 'skipped', state_reason: 'member' } : {})]));
    }),
    http.post(`${PLACE}/recipients/rcp_1/skip`, () => {
      skipped = true;
      return HttpResponse.json(out.recipient({ state: 'skipped' }));
    }),
  );
  const { user } = openApp('/outreach/out_1?tab=recipients&state=active&q=ada');
  await user.click(await screen.findByRole('button', { name: 'Actions for ada@example.net' }));
  expect(asked.some((one) => one.includes('state=active') && one.includes('q=ada'))).toBe(true);
  await user.click(await screen.findByRole('menuitem', { name: /^Skip/ }));
  expect(await screen.findByText('A member left them out.')).toBeInTheDocument();
});

test('addresses are added by hand; a line that is none is named, and nothing typed is lost', async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post(`${PLACE}/recipients`, async ({ request }) => {
      bodies.push(await request.json());
      if (bodies.length > 1) return HttpResponse.json({ added: 1, duplicates: 1, suppressed: 0 });
      const errors = [{ pointer: '#/recipients/1/address', code: 'invalid', detail: 'not an e-mail address' }];
      return problem(422, 'invalid', 'Not valid', { errors });
    }),
  );
  const { user } = openApp('/outreach/out_1?tab=recipients');
  await user.click(await screen.findByRole('button', { name: 'Add recipients…' }));
  const area = await screen.findByRole('textbox', { name: 'Addresses' });
  await user.click(area);
  await user.paste('"Eve Example" <eve@example.net>\nnot-an-address');
  await user.click(screen.getByRole('button', { name: 'Add 2 recipients' }));
  expect(await screen.findByText('No address that mail could go to: not-an-address')).toBeInTheDocument();
  expect(area).toHaveValue('"Eve Example" <eve@example.net>\nnot-an-address');
  await user.click(area);
  await user.paste('@example.net');
  await user.click(screen.getByRole('button', { name: 'Add 2 recipients' }));
  expect(await screen.findByText('1 recipient added.')).toBeInTheDocument();
  expect(bodies[1]).toEqual({
    recipients: [{ address: 'eve@example.net', name: 'Eve Example' }, { address: 'not-an-address@example.net' }],
  });
});

const upload: OutreachImport = {
  id: 'oimp_1',
  campaign_id: 'out_1',
  file_name: 'people.csv',
  encoding: 'utf-8',
  delimiter: ';',
  columns: ['E-Mail', 'First Name', 'Notes'],
  rows: 4,
  sample: [['ada@example.net', 'Ada', 'x']],
  suggested: { 'E-Mail': 'address', 'First Name': 'first_name', Notes: 'notes' },
  created_at: make.ago(0),
  finished_at: null,
  added: null,
  duplicates: null,
  invalid: null,
  suppressed: null,
};
const counts: OutreachImportCounts = {
  rows: 4,
  added: 2,
  duplicates: 1,
  invalid: 1,
  suppressed: 0,
  errors: [{ row: 4, code: 'not_an_address', detail: '“nobody” is no e-mail address.' }],
};

test('a file is looked at, mapped, tried over all rows, and only then taken over', async () => {
  const asked: unknown[] = [];
  const answer =
    (name: string) =>
    async ({ request }: { request: Request }) => {
      asked.push({ name, ...((await request.json()) as object) });
      return HttpResponse.json(counts);
    };
  server.use(
    http.post(`${PLACE}/imports`, async ({ request }) => {
      const { file_name, content } = (await request.json()) as { file_name: string; content: string };
      asked.push({ file_name, content: atob(content) });
      return HttpResponse.json(upload, { status: 201 });
    }),
    http.post(`${PLACE}/imports/oimp_1/check`, answer('check')),
    http.post(`${PLACE}/imports/oimp_1/run`, answer('run')),
  );
  const { user } = openApp('/outreach/out_1?tab=recipients');
  await user.click(await screen.findByRole('button', { name: 'Import a file…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Import recipients' });
  expect(dialog).toHaveTextContent('Step 1 of 4: File');
  const field = dialog.querySelector<HTMLInputElement>('input[type=file]');
  if (field) await user.upload(field, new File(['E-Mail;First Name;Notes'], 'people.csv', { type: 'text/csv' }));
  await user.click(within(dialog).getByRole('button', { name: 'Look at the file' }));
  expect(await within(dialog).findByText(/4 rows, 3 columns, separated by semicolons, utf-8/)).toBeInTheDocument();
  await user.click(within(dialog).getByRole('combobox', { name: 'Notes becomes' }));
  await user.click(await screen.findByRole('option', { name: 'Leave out' }));
  await user.click(within(dialog).getByRole('button', { name: 'Check all rows' }));
  const errors = await within(dialog).findByRole('region', { name: 'Errors by row' });
  expect(errors).toHaveTextContent('4“nobody” is no e-mail address.');
  expect(dialog).toHaveTextContent(/Will be added2.*Duplicates1.*Left out1/);
  await user.click(within(dialog).getByRole('button', { name: 'Import 2 recipients' }));
  expect(await within(dialog).findByText('The import is done.')).toBeInTheDocument();
  const mapping = { 'E-Mail': 'address', 'First Name': 'first_name' };
  await waitFor(() => expect(asked).toHaveLength(3));
  expect(asked).toEqual([
    { file_name: 'people.csv', content: 'E-Mail;First Name;Notes' },
    { name: 'check', mapping },
    { name: 'run', mapping },
  ]);
});

test('a mapping without exactly one address cannot be tried', async () => {
  server.use(
    http.post(`${PLACE}/imports`, () =>
      HttpResponse.json({ ...upload, suggested: { Notes: 'notes' } }, { status: 201 }),
    ),
  );
  const { user } = openApp('/outreach/out_1?tab=recipients');
  await user.click(await screen.findByRole('button', { name: 'Import a file…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Import recipients' });
  const field = dialog.querySelector<HTMLInputElement>('input[type=file]');
  if (field) await user.upload(field, new File(['x'], 'people.csv', { type: 'text/csv' }));
  await user.click(within(dialog).getByRole('button', { name: 'Look at the file' }));
  expect(await within(dialog).findByText('Exactly one column must be the address.')).toBeInTheDocument();
  expect(within(dialog).getByRole('button', { name: 'Check all rows' })).toBeDisabled();
});
