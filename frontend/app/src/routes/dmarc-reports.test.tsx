import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { DmarcReport, DomainDetail } from '../lib/types.ts';
import * as made from '../test/domains.ts';
import * as make from '../test/fixtures.ts';
import { openApp } from '../test/render.tsx';
import { get, problem, server } from '../test/server.ts';

const owner = get('/me', () => make.session({ permissions: [...make.session().permissions, 'domains:write'] }));
const page = (detail: () => DomainDetail) => [
  http.get('*/v1/domains/dom_1', () => HttpResponse.json(detail(), { headers: { etag: '"v4"' } })),
  get('/domains/dom_1/checks', () => make.page([])),
];
const report = { id: 'dmr_1', reporter: 'receiver.example', messages: 100, passing: 95 } as DmarcReport;
const source = {
  address: '192.0.2.66',
  header_from: 'example.com',
  messages: 50,
  passing: 0,
  dkim_aligned: 0,
  spf_aligned: 0,
};
const suggested = {
  address: '2001:db8::7',
  messages: 40,
  passing: 38,
  dkim_aligned: 38,
  spf_aligned: 0,
  spf_passes: false,
};
const reported = (change: Partial<DomainDetail> = {}) =>
  made.domainDetail({
    dmarc_reports: made.dmarcSummary({ unaligned_sources: [source] }),
    suggested_ips: [suggested],
    selectors: [
      { selector: 's1', source: 'entered' },
      { selector: 'k9', source: 'report' },
    ],
    ...change,
  });

test('without reports it says what they are, and files are brought one by one', async () => {
  const sent: unknown[] = [];
  let has = false;
  server.use(
    owner,
    ...page(() => (has ? reported() : made.domainDetail())),
    http.post('*/v1/domains/dom_1/dmarc-reports', async ({ request }) => {
      sent.push(await request.json());
      has = true;
      return HttpResponse.json(report, { status: sent.length === 1 ? 201 : 200 });
    }),
  );
  const { user } = openApp('/deliverability/domains?domain=dom_1');
  const card = await screen.findByRole('region', { name: 'DMARC reports' });
  expect(card).toHaveTextContent('the DMARC record of example.com names in rua=');
  const files = [new File(['<feedback/>'], 'a.xml'), new File(['PK'], 'b.zip')];
  await user.upload(within(card).getByLabelText('DMARC report files'), files);
  expect(await within(card).findByText(/1 report about 100 messages added\. 1 was there already\./)).toBeVisible();
  expect(sent).toEqual([{ content: btoa('<feedback/>') }, { content: btoa('PK') }]);
  await waitFor(() => expect(card).toHaveTextContent('95% of 1,000 messages pass DMARC: 940 by DKIM, 800 by SPF.'));
});

test('where failing mail came from, and what may be taken over', async () => {
  const sent: unknown[] = [];
  server.use(
    owner,
    ...page(() => reported({ dmarc_reports: made.dmarcSummary({ unaligned_sources: [source], aligned: false }) })),
    http.patch('*/v1/domains/dom_1', async ({ request }) => {
      sent.push({ match: request.headers.get('if-match'), body: await request.json() });
      return HttpResponse.json(made.sendingDomain());
    }),
  );
  const { user, container } = openApp('/deliverability/domains?domain=dom_1');
  const card = await screen.findByRole('region', { name: 'DMARC reports' });
  expect(within(card).getByRole('row', { name: '192.0.2.66 example.com 50 50 0 0' })).toBeInTheDocument();
  expect(card).toHaveTextContent('Most of your own mail does not pass');
  const list = within(card).getByRole('list', { name: 'Suggested addresses' });
  expect(list).toHaveTextContent('38 of 40 messages passed, by DKIM alone; SPF does not allow it.');
  const found = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations.map((v) => v.id)).toEqual([]);
  await user.click(within(list).getByRole('button', { name: 'Add as sending address 2001:db8::7' }));
  expect(await screen.findByText('2001:db8::7 is a sending address now')).toBeInTheDocument();
  await user.click(await screen.findByRole('button', { name: 'Stop looking at it k9' }));
  expect(await screen.findByText('k9 is not looked at any more')).toBeInTheDocument();
  const kept = { address: '198.51.100.7', shared: false };
  expect(sent).toEqual([
    { match: '"v4"', body: { sending_ips: [kept, { address: '2001:db8::7', shared: true }] } },
    { match: '"v4"', body: { drop_selectors: ['k9'] } },
  ]);
});

test('what is refused says why', async () => {
  server.use(
    owner,
    ...page(() => reported()),
    http.post('*/v1/domains/dom_1/dmarc-reports', () =>
      problem(422, 'dmarc_report_domain', 'This report is about other.example, not about example.com.'),
    ),
  );
  const { user } = openApp('/deliverability/domains?domain=dom_1');
  const card = await screen.findByRole('region', { name: 'DMARC reports' });
  const input = within(card).getByLabelText('DMARC report files');
  await user.upload(input, new File([new Uint8Array(3 * 2 ** 20 + 1)], 'big.xml'));
  expect(await within(card).findByRole('alert')).toHaveTextContent('big.xml is larger than 3 MB.');
  await user.upload(input, new File(['<feedback/>'], 'a.xml'));
  expect(await within(card).findByText(/about other\.example/)).toBeInTheDocument();
});

test('of several, the one that was refused is named, and those before it are kept', async () => {
  let asked = 0;
  server.use(
    owner,
    ...page(() => reported()),
    http.post('*/v1/domains/dom_1/dmarc-reports', () => {
      asked += 1;
      if (asked === 2) return problem(422, 'dmarc_report', 'The zip file is damaged or locked with a password.');
      return HttpResponse.json(report, { status: 201 });
    }),
  );
  const { user } = openApp('/deliverability/domains?domain=dom_1');
  const card = await screen.findByRole('region', { name: 'DMARC reports' });
  const files = ['a.xml', 'b.zip', 'c.xml', 'd.xml'].map((name) => new File(['PK'], name));
  await user.upload(within(card).getByLabelText('DMARC report files'), files);
  expect(await within(card).findByText('b.zip was not taken. 2 files after it were not sent.')).toBeVisible();
  expect(within(card).getByRole('alert')).toHaveTextContent('damaged or locked');
  expect(within(card).getByRole('status')).toHaveTextContent('1 report about 100 messages added.');
  expect(asked).toBe(2);
});

test('members see the reports and cannot bring any', async () => {
  server.use(
    get('/me', () => make.member()),
    ...page(() => reported()),
  );
  openApp('/deliverability/domains?domain=dom_1');
  const card = await screen.findByRole('region', { name: 'DMARC reports' });
  expect(within(card).getByRole('button', { name: 'Upload reports' })).toBeDisabled();
  expect(within(card).getByRole('button', { name: /Add as sending address/ })).toBeDisabled();
});
