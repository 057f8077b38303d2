import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const ARTICLE = {
  slug: 'sync',
  title: 'Syncing figures',
  groups: ['C'],
  updated: '2026-11-22',
  summary: 'Sync now.',
  excerpt: null,
};

const DESK = {
  address: 'support@example.com',
  chat_url: null,
  answer_within_hours: 24,
  urgent_answer_within_hours: 4,
  urgencies: [{ code: 'sending_blocked', label: 'Nothing can be sent' }],
  zone: 'America/New_York',
  zone_abbreviation: 'EST',
  opens: '09:00',
  closes: '18:00',
  days: ['monday'],
  open_now: true,
  changes_at: make.ago(-60),
  files_most: 5,
  file_largest: 5 << 20,
  files_largest: 10 << 20,
  file_types: ['image/png'],
};

const request = (change = {}) => ({
  id: 'sup_1',
  reference: 'MW-1234',
  status: 'open',
  urgency: null,
  description: 'It does not sync',
  created_at: make.ago(1),
  due_at: make.ago(-1400),
  overdue: false,
  mail: 'sent',
  answered_at: null,
  closed_at: null,
  email: 'owner@example.com',
  attachments: [],
  ...change,
});

beforeEach(() =>
  server.use(
    get('/support', () => DESK),
    get('/support/requests', () => make.page([request()])),
  ),
);

test('help pages are searched by the address, and say when they were last updated', async () => {
  const asked: string[] = [];
  server.use(
    http.get('*/v1/support/articles', ({ request: { url } }) => {
      asked.push(new URL(url).searchParams.get('q') ?? '');
      return HttpResponse.json([ARTICLE]);
    }),
    get('/support/articles/sync', () => ({ ...ARTICLE, body: '## How\n\nPress **Sync now**.' })),
  );
  const { user, address } = openApp('/help');
  await user.type(await screen.findByLabelText('Search the help pages'), 'sync');
  await waitFor(() => expect(asked.at(-1)).toBe('sync'));
  expect(address()).toContain('q=sync');
  expect(screen.getByText(/Last updated/)).toBeInTheDocument();
  await user.click(screen.getByRole('link', { name: 'Syncing figures' }));
  expect(await screen.findByRole('heading', { name: 'How' })).toBeInTheDocument();
});

test('a request takes along what the error said and a file, and tells until when it is answered', async () => {
  let body: Record<string, unknown> = {};
  server.use(
    http.post('*/v1/support/requests', async ({ request: sent }) => {
      body = (await sent.json()) as Record<string, unknown>;
      return HttpResponse.json(request(), { status: 201 });
    }),
  );
  const { user, container } = openApp('/help?tab=contact&reference=req_1&error=It+said+no');
  await user.type(await screen.findByLabelText('What is the matter?'), 'It does not sync');
  const input = container.querySelector('input[type=file]') as HTMLInputElement;
  await user.upload(input, new File(['x'], 'shot.png', { type: 'image/png' }));
  await user.click(screen.getByRole('button', { name: 'Send to support' }));
  expect(await screen.findByText('We have your request')).toBeInTheDocument();
  expect(body).toMatchObject({
    description: 'It does not sync',
    error_text: 'It said no',
    problem_request_id: 'req_1',
    attachments: [{ name: 'shot.png', content: 'eA==' }],
  });
  await user.click(screen.getByRole('button', { name: 'See your requests' }));
  expect(await screen.findByText('MW-1234')).toBeInTheDocument();
});

test('an error gives its details to copy, and leads to the form with its reference', async () => {
  server.use(http.get('*/v1/alerts', () => problem(500, 'internal', 'The server had a problem')));
  const { user } = openApp('/alerts');
  await user.click(await screen.findByRole('button', { name: 'Copy details' }));
  expect(await screen.findByText('Details copied')).toBeInTheDocument();
  expect(await navigator.clipboard.readText()).toMatch(/The server had a problem\nCode: internal\nReference: req_test/);
  expect(screen.getByRole('link', { name: 'Contact support' })).toHaveAttribute(
    'href',
    '/help?tab=contact&error=The+server+had+a+problem&reference=req_test',
  );
});
