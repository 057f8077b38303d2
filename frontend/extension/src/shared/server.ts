/** The address of a server as a person types it. Plain http is taken on one's own machine only: it carries tokens. */

/** Those that the manifest lets people allow. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost']);

/** Without a path and a slash at the end. Null: not an address of a server. */
export function tidyServer(typed: string): string | null {
  const text = typed.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (text === '' || !URL.canParse(whole)) return null;
  const url = new URL(whole);
  const plain = url.protocol === 'http:' && LOOPBACK.has(url.hostname);
  if (!(url.protocol === 'https:' || plain) || url.username || url.password) return null;
  return url.pathname === '/' && !url.search && !url.hash ? url.origin : null;
}

/** The pattern that the browser asks people about. Ports are no part of it. */
export function patternOf(server: string): string {
  const url = new URL(server);
  return `${url.protocol}//${url.hostname}/*`;
}
