/** Packs `dist/` into the zip that people load or upload; prints its path and SHA-256. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zip } from './zip.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const OUT = join(ROOT, '..', '..', 'dist');

const { version } = JSON.parse(readFileSync(join(DIST, 'manifest.json'), 'utf8')) as { version: string };
const names = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) =>
  statSync(join(DIST, name)).isFile(),
);
const items = names.map((name) => ({ name: name.replaceAll('\\', '/'), content: readFileSync(join(DIST, name)) }));
const packed = zip(items);
const path = join(OUT, `mailwarden-extension-${version}.zip`);
mkdirSync(OUT, { recursive: true });
writeFileSync(path, packed);
console.log(`dist/mailwarden-extension-${version}.zip  ${(packed.length / 1024).toFixed(1)} KB`);
console.log(`sha256 ${createHash('sha256').update(packed).digest('hex')}`);
