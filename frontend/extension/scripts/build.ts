/**
 * Builds into `dist/`: the service worker and the pages as modules, the content script as one plain script.
 * EXTENSION_SERVER: the address that is set at first. EXTENSION_STORE=1: without the key, for the Web Store.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';
import { tidyServer } from '../src/shared/server.ts';
import { manifestFor } from './manifest.ts';

const ROOT = join(import.meta.dirname, '..');
export const DIST = join(ROOT, 'dist');

const server = tidyServer(process.env['EXTENSION_SERVER'] || 'http://127.0.0.1:8000');
if (server === null)
  throw new Error('EXTENSION_SERVER is not the address of a server, such as https://mail.example.com');
const store = process.env['EXTENSION_STORE'] === '1';
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

const common: InlineConfig = {
  root: ROOT,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  define: { __SERVER__: JSON.stringify(server) },
};
const target = 'chrome123';

/** Names without hashes: what is built twice from the same sources is the same. */
async function modules(): Promise<void> {
  const input = { background: 'src/background/main.ts', popup: 'popup.html', options: 'options.html' };
  const names = {
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name].js',
    assetFileNames: 'parts/[name][extname]',
  };
  await build({
    ...common,
    build: {
      outDir: DIST,
      emptyOutDir: false,
      target,
      modulePreload: false,
      rolldownOptions: { input, output: names },
    },
  });
}

async function contentScript(): Promise<void> {
  const output = { format: 'iife' as const, entryFileNames: 'content.js' };
  const input = 'src/content/main.ts';
  await build({ ...common, build: { outDir: DIST, emptyOutDir: false, target, rolldownOptions: { input, output } } });
}

rmSync(DIST, { recursive: true, force: true });
await modules();
await contentScript();
cpSync(join(ROOT, 'static', 'icons'), join(DIST, 'icons'), { recursive: true });
writeFileSync(join(DIST, 'manifest.json'), `${JSON.stringify(manifestFor({ version, server, store }), null, 2)}\n`);
console.log(`Built for ${server}${store ? ', for the Web Store' : ''}.`);
