import { client, isProblem } from '@mailwarden/api-client';

let csrfToken = '';

/** The session's answer carries the token; every call that changes something sends it back. */
export function rememberCsrf(token: string): void {
  csrfToken = token;
}

export function configureClient(baseUrl: string): void {
  client.setConfig({ baseUrl, credentials: 'same-origin' });
  client.interceptors.request.use((request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') request.headers.set('X-CSRF', csrfToken);
    return request;
  });
  client.interceptors.error.use((error, response) => withRetryAt(error, response?.headers.get('Retry-After')));
}

/** When to try again stands in a header; beside the problem it reaches whoever shows that. */
function withRetryAt(error: unknown, header: string | null | undefined): unknown {
  const seconds = Number(header);
  return isProblem(error) && seconds > 0 ? { ...error, retry_at: Date.now() + seconds * 1000 } : error;
}

/** Only paths of our own: a crafted `next` must not lead to another site. */
export function safePath(next: unknown): string | undefined {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-') ? next : undefined;
}

/** Sign-in is a page of its own, so leaving for it is a full navigation. */
export function leaveForSignIn(): void {
  const here = safePath(window.location.pathname + window.location.search);
  window.location.assign(here ? `/sign-in?next=${encodeURIComponent(here)}` : '/sign-in');
}
