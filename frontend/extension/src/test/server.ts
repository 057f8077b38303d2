/** A Mailwarden server as far as the extension speaks to it: OAuth, status, messages; and a network that fails on demand. */
import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import { ID } from './browser.ts';

export const SERVER = 'http://127.0.0.1:8000';

type Seen = { method: string; path: string; headers: Headers; body: string };
type Json = Record<string, unknown>;
/** `cut` before: the request never comes; after: it has its effect, and the answer is lost. */
export type Cut = { path: RegExp; when: 'before' | 'after'; times: number };

const json = (status: number, body: unknown): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), { status });
export const problem = (status: number, code: string, detail = `detail of ${code}`): Response =>
  json(status, { status, code, title: `title of ${code}`, detail });

export class FakeServer {
  seen: Seen[] = [];
  cuts: Cut[] = [];
  /** Answers instead of what follows, once each. */
  instead: { path: RegExp; answer: () => Response }[] = [];
  usability: Json = working();
  messages = new Map<string, { id: string; state: string; subject: unknown; sent: number }>();
  answers = new Map<string, { status: number; body: Json }>();
  refresh = 'refresh-1';
  access = new Set<string>();
  challenge = '';
  count = 0;
  revoked: string[] = [];
  reported: string[] = [];

  install(): this {
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => this.fetch(url, init));
    return this;
  }

  paths = (): string[] => this.seen.map((one) => `${one.method} ${one.path}`);
  sent = (): number => [...this.messages.values()].reduce((sum, one) => sum + one.sent, 0);

  /** What the browser hands back after somebody allowed it. */
  consent = async (url: string): Promise<string> => {
    const asked = new URL(url).searchParams;
    this.challenge = asked.get('code_challenge') ?? '';
    const given = new URLSearchParams({ code: 'code-1', state: asked.get('state') ?? '', iss: SERVER });
    return `https://${ID}.chromiumapp.org/cb?${given}`;
  };

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    const path = url.slice(SERVER.length);
    const method = init.method ?? 'GET';
    const cut = this.cuts.find((one) => one.path.test(path) && one.times > 0);
    if (cut) cut.times -= 1;
    if (cut?.when === 'before') throw new TypeError('Failed to fetch');
    this.seen.push({ method, path, headers: new Headers(init.headers), body: String(init.body ?? '') });
    const answer = this.answer(method, path, String(init.body ?? ''), new Headers(init.headers));
    if (cut) throw new TypeError('Failed to fetch');
    return answer;
  }

  private answer(method: string, path: string, body: string, headers: Headers): Response {
    const instead = this.instead.findIndex((one) => one.path.test(path));
    if (instead >= 0) return this.instead.splice(instead, 1)[0]?.answer() ?? json(500, {});
    if (path.startsWith('/oauth/')) return this.oauth(path, new URLSearchParams(body));
    if (path.startsWith('/.well-known/')) return json(200, { issuer: SERVER });
    const bearer = headers.get('authorization')?.replace('Bearer ', '') ?? '';
    if (!this.access.has(bearer)) return problem(401, 'invalid_token');
    return this.replayed(headers.get('idempotency-key'), () => this.api(method, path, body));
  }

  /** Only what succeeded is kept, as the real one does. */
  private replayed(key: string | null, work: () => { status: number; body: Json }): Response {
    const known = key === null ? undefined : this.answers.get(key);
    const { status, body } = known ?? work();
    if (key !== null && status < 300) this.answers.set(key, { status, body });
    return json(status, body);
  }

  private oauth(path: string, form: URLSearchParams): Response {
    if (path === '/oauth/revoke') {
      this.revoked.push(form.get('token') ?? '');
      return json(200, {});
    }
    const byCode = form.get('grant_type') === 'authorization_code';
    if (byCode) {
      const proof = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (proof !== this.challenge) return json(400, { error: 'invalid_grant' });
    } else if (form.get('refresh_token') !== this.refresh) return json(400, { error: 'invalid_grant' });
    this.count += 1;
    this.refresh = `refresh-${this.count + 1}`;
    this.access.add(`access-${this.count}`);
    return json(200, { access_token: `access-${this.count}`, refresh_token: this.refresh, expires_in: 900 });
  }

  private api(method: string, path: string, body: string): { status: number; body: Json } {
    const [, , what = '', id = '', verb = ''] = path.split('/');
    if (what === 'sending') return { status: 200, body: this.usability };
    if (what === 'me')
      return { status: 200, body: { user: { name: 'Ann', email: 'ann@example.com' }, organization: { name: 'Acme' } } };
    if (id === 'tracked') return { status: 201, body: this.tracked(JSON.parse(body) as Json) };
    if (method === 'POST' && id === '') return { status: 201, body: this.create(JSON.parse(body) as Json) };
    const message = this.messages.get(id);
    if (!message) return { status: 404, body: { status: 404, code: 'not_found', title: 'Not found', detail: 'Gone.' } };
    const isHere = ['draft', 'failed', 'cancelled'].includes(message.state);
    if (verb === 'reported') this.reported.push(id);
    if (verb === 'send' && isHere) {
      message.state = 'queued';
      message.sent += 1;
    }
    if (method === 'DELETE' && !isHere) {
      return { status: 409, body: { code: 'not_a_draft', title: 'No', detail: 'It was sent.' } };
    }
    if (method === 'DELETE') this.messages.delete(id);
    return { status: 200, body: { id, state: message.state } };
  }

  private create(asked: Json): Json {
    const id = `msg_${this.messages.size + 1}`;
    this.messages.set(id, { id, state: 'draft', subject: asked['subject'], sent: 0 });
    return { id, state: 'draft' };
  }

  private tracked(asked: Json): Json {
    const links = [...String(asked['html']).matchAll(/href="([^"]+)"/g)].map(([, url]) => ({
      url,
      tracked_url: `${SERVER}/t/c/x`,
    }));
    this.messages.set('msg_t', { id: 'msg_t', state: 'unknown', subject: asked['subject'], sent: 0 });
    return { id: 'msg_t', pixel_url: `${SERVER}/t/o/x.gif`, links };
  }
}

export const MAILBOX = {
  mailbox_id: 'mbx_1',
  address: 'ann@example.com',
  label: 'ann@example.com',
  usable: true,
  code: 'ok',
  detail: '',
};

export function working(): Json {
  return { usable: true, code: 'ok', detail: '', mailboxes: [MAILBOX], others: [] };
}
