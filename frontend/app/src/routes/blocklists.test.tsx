import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import * as made from '../test/blocklists.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const all = () => [
  get('/me', () => make.session({ permissions: [...make.session().permissions, 'domains:write'] })),
  get('/blocklists', () => ({
    lists: [
      made.blocklist(),
      made.blocklist({
        key: 's5h',
        name: 's5h.net',
        used: false,
        unused_why: 'Switched off by the operator.',
        health: [],
      }),
      made.blocklist({
        key: 'bad',
        name: 'Bad List',
        health: [
          {
            face: 'name',
            status: 'wildcard',
            why: 'It listed a label made up at random.',
            checked_at: null,
            since: null,
          },
        ],
      }),
    ],
    retired: [made.retired()],
  })),
  get('/blocklists/assets', () =>
    make.page([made.asset(), made.asset({ asset: 'example.com', kind: 'domain', listed: 0 })]),
  ),
  http.get('*/v1/blocklists/listings', ({ request }) => {
    const ended = new URL(request.url).searchParams.get('status') === 'ended';
    return HttpResponse.json(
      make.page([
        ended
          ? made.listing({ id: 'lst_0', asset: '203.0.113.9', ending: 'delisted', ended_at: make.ago(99) })
          : made.listing(),
      ]),
    );
  }),
];

test('a listing names its list, its meaning and the way off; a tick is kept, the last step ticks itself', async () => {
  const sent: unknown[] = [];
  server.use(
    ...all(),
    http.patch('*/v1/blocklists/listings/lst_1/checklist', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(made.listing());
    }),
  );
  const { user, container } = openApp('/deliverability/blocklists');
  const card = await screen.findByRole('region', { name: '198.51.100.7 on Spamhaus ZEN' });
  expect(card).toHaveTextContent('Listed, tier A');
  expect(card).toHaveTextContent('Listed 2 times');
  expect(card).toHaveTextContent('Direct spam source');
  expect(within(card).getByRole('link', { name: 'Open check.example.net' })).toBeInTheDocument();
  expect(within(card).getByRole('checkbox', { name: 'Keep watching' })).toBeDisabled();
  await user.click(within(card).getByRole('checkbox', { name: 'Fix the cause' }));
  await waitFor(() => expect(sent).toEqual([{ step: 'fix_cause', done: true }]));
  await screen.findByRole('row', { name: /SORBS/ });
  const found = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations.map((v) => v.id)).toEqual([]);
  await user.click(screen.getByRole('radio', { name: 'Ended' }));
  expect(await screen.findByRole('region', { name: '203.0.113.9 on Spamhaus ZEN' })).toHaveTextContent(
    'No longer listed',
  );
});

test('what each list says of each address: a refusal is never a listing', async () => {
  server.use(...all());
  const { user } = openApp('/deliverability/blocklists');
  const lines = await screen.findByRole('list', { name: 'Domains and addresses' });
  expect(lines).toHaveTextContent('On 1 list');
  await user.click(within(lines).getByRole('button', { name: 'What each list says of 198.51.100.7' }));
  expect(
    await screen.findByRole('row', { name: /UCEPROTECT 1 C Cannot tell The list refused ?Over its limit/ }),
  ).toBeInTheDocument();
});

test('lists that are believed, that are not, that are not asked, and those that are gone', async () => {
  server.use(...all());
  openApp('/deliverability/blocklists');
  expect(await screen.findByRole('row', { name: /Spamhaus ZEN.*IPv4: Believed/ })).toBeInTheDocument();
  expect(screen.getByRole('row', { name: /Bad List.*Names: Lists what cannot be listed/ })).toBeInTheDocument();
  expect(screen.getByRole('row', { name: /s5h\.net.*Not asked here ?Switched off/ })).toBeInTheDocument();
  expect(screen.getByRole('row', { name: /SORBS Jun 5, 2024 Shut down by its operator/ })).toBeInTheDocument();
});

test('check now says what is asked, or why nothing is', async () => {
  let times = 0;
  server.use(
    ...all(),
    http.post('*/v1/blocklists/check', () => {
      times += 1;
      if (times === 1) return HttpResponse.json({ assets: 2, questions: 14 }, { status: 202 });
      return problem(402, 'subscription_inactive', 'Your plan has ended');
    }),
  );
  const { user } = openApp('/deliverability/blocklists');
  await user.click(await screen.findByRole('button', { name: 'Check all now' }));
  expect(await screen.findByText(/14 questions to the lists/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: /Check now example\.com/ }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Your plan has ended');
});
