/** Gmail's page on Gmail's own address, from here. The browser is told where that host is. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { VERSION } from '../src/content/gmail/selectors.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const NAME = `gmail-v${VERSION}`;
const TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** As strict as Gmail's, so that what would be refused there is refused here. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src * data:',
  "require-trusted-types-for 'script'",
  'trusted-types gmail',
].join('; ');

/** What Gmail itself sent. */
export type Sent = { id: string; subject: string; html: string; to: string[] };
export type Gmail = { port: number; sent: Sent[]; close: () => Promise<void> };

export async function serveGmail(): Promise<Gmail> {
  const sent: Sent[] = [];
  const options = { cert: read(process.env['E2E_TLS_CERT']), key: read(process.env['E2E_TLS_KEY']) };
  const server = createServer(options, (request, response) => {
    const path = new URL(request.url ?? '/', 'https://mail.google.com').pathname;
    if (path === '/sent') {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        sent.push(JSON.parse(Buffer.concat(parts).toString()) as Sent);
        response.writeHead(204).end();
      });
      return;
    }
    const name = path.startsWith('/mail/') ? `${NAME}.html` : path.slice(1);
    const type = TYPES[name.split('.').at(-1) ?? ''];
    if (!type || !name.startsWith(NAME)) {
      response.writeHead(404).end();
      return;
    }
    const headers = { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': POLICY };
    response.writeHead(200, headers).end(readFileSync(join(FIXTURES, name)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { port: (server.address() as AddressInfo).port, sent, close: () => closed(server) };
}

const read = (path: string | undefined): Buffer => {
  if (!path) throw new Error('The starter gives the certificate: python -m scripts.browser_tests --extension');
  return readFileSync(path);
};

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
