import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import type { Connection, SyncRun } from '../lib/types.ts';
import { selfHosted } from './billing.ts';
import { score } from './deliverability.ts';
import { serviceStatus } from './diagnostics.ts';
import * as make from './fixtures.ts';
import * as periods from './periods.ts';

export function problem(status: number, code: string, title: string, more: Record<string, unknown> = {}) {
  const body = {
    type: 'about:blank',
    title,
    status,
    detail: '',
    code,
    request_id: 'req_test',
    retryable: false,
    errors: [],
    action: null,
    evidence: null,
    ...more,
  };
  return HttpResponse.json(body, { status, headers: { 'content-type': 'application/problem+json' } });
}

/** Answers a GET with a body made anew for each request. */
export const get = (path: string, body: () => unknown) =>
  http.get(`*/v1${path}`, () => HttpResponse.json(body() as object));

export const connections = (hubspot: Connection[], klaviyo: Connection[] = []) =>
  get('/integrations', () => ({ data: [make.integration(hubspot), make.klaviyo(klaviyo)] }));

/** One server-sent event per run, then the end of the stream. */
export const events = (runs: SyncRun[]) =>
  http.get('*/v1/syncs/:id/events', () => {
    const text = runs.map((run) => `event: sync\ndata: ${JSON.stringify(run)}\n\n`).join('');
    return new HttpResponse(text, { headers: { 'content-type': 'text/event-stream' } });
  });

export const server = setupServer(
  get('/me', () => make.session()),
  get('/alerts/unread-count', () => ({ unread: 0 })),
  get('/alerts', () => make.page([])),
  get('/status', () => serviceStatus()),
  get('/billing/standing', () => selfHosted()),
  get('/deliverability/score', () => score()),
  connections([make.connection()]),
  get('/connections/:id/syncs', () => make.page([make.syncRun()])),
  get('/connections/:id/history', () => make.page([make.transition()])),
  get('/connections/:id/receipts', () => make.page([])),
  get('/connections/:id/campaigns-paused', () => ({ connection_id: 'conn_h1', data: [], resumable: 0 })),
  get('/metrics/summary', () => periods.summary()),
  get('/metrics/series', () => periods.series()),
  get('/metrics/reconciliation', () => make.page([periods.reconciliation()])),
  get('/exports', () => make.page([])),
  get('/sending/usability', () => ({ usable: true, code: 'ok', detail: '', action: null, mailboxes: [] })),
  get('/campaigns', () => ({ ...make.page([make.campaign()]), total: 1, data_age: [make.dataAge()] })),
);
