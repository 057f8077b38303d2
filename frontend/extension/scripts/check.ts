/** Fails when the package grew, asks for more than was agreed, or brings code that a store or a reader would not want. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GMAIL, OWN_SERVERS, PERMISSIONS } from './manifest.ts';

type Manifest = {
  permissions: string[];
  host_permissions: string[];
  optional_host_permissions: string[];
  content_scripts: { matches: string[]; js: string[]; all_frames: boolean }[];
  content_security_policy: { extension_pages: string };
  web_accessible_resources?: unknown;
  externally_connectable?: unknown;
};

const DIST = join(import.meta.dirname, '..', 'dist');
const KB = 1024;
const BUDGET_KB = { 'content.js': 10, 'background.js': 15 };
const WHOLE_KB = 64;
/** Code from elsewhere, code made of text, and markup made of text. */
const FORBIDDEN = [
  /\beval\(/,
  /new Function\(/,
  /\.innerHTML\s*=/,
  /document\.write\(/,
  /insertAdjacentHTML/,
  /import\(["']https?:/,
];

const faults: string[] = [];
const names = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) =>
  statSync(join(DIST, name)).isFile(),
);
const read = (name: string) => readFileSync(join(DIST, name));
const gzip = (text: Buffer | string) => gzipSync(text).length / KB;

function check(what: string, size: number, budget: number): void {
  const line = `${what.padEnd(20)} ${size.toFixed(1).padStart(6)} KB of ${budget} KB`;
  console.log(line);
  if (size > budget) faults.push(line);
}

/** With the parts that it imports. */
function closure(name: string, seen = new Set<string>()): Set<string> {
  seen.add(name);
  for (const [, next] of read(name)
    .toString()
    .matchAll(/from\s*"\.\/([^"]+)"/g)) {
    const path = name.includes('/') ? `parts/${next}` : (next ?? '');
    if (!seen.has(path)) closure(path, seen);
  }
  return seen;
}

for (const [name, budget] of Object.entries(BUDGET_KB)) {
  check(name, gzip(Buffer.concat([...closure(name)].map(read))), budget);
}
check('everything', names.reduce((sum, name) => sum + read(name).length, 0) / KB, WHOLE_KB);

const manifest = JSON.parse(read('manifest.json').toString()) as Manifest;
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const expect = (what: string, holds: boolean) => holds || faults.push(`manifest: ${what}`);
expect('permissions', same(manifest.permissions, PERMISSIONS));
expect(
  'host permissions are Gmail and one server',
  manifest.host_permissions.length === 2 && manifest.host_permissions[0] === GMAIL,
);
expect('optional hosts', same(manifest.optional_host_permissions, OWN_SERVERS));
expect(
  'one content script, for Gmail, without frames',
  same(manifest.content_scripts, [
    { matches: [GMAIL], js: ['content.js'], run_at: 'document_idle', all_frames: false },
  ]),
);
expect('nothing of ours is open to pages', !manifest.web_accessible_resources && !manifest.externally_connectable);
expect(
  'no inline or foreign code',
  !/unsafe|script-src(?! 'self';)/.test(manifest.content_security_policy.extension_pages),
);

const content = read('content.js').toString();
if (/\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|EventSource/.test(content))
  faults.push('content.js: speaks to the network');
if (/chrome\.storage/.test(content)) faults.push('content.js: reads the storage');
for (const name of names.filter((one) => one.endsWith('.js'))) {
  for (const pattern of FORBIDDEN) if (pattern.test(read(name).toString())) faults.push(`${name}: ${pattern}`);
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
