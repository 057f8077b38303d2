// @vitest-environment node
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manifestFor } from './manifest.ts';
import { zip } from './zip.ts';

const items = [
  { name: 'b.txt', content: Buffer.from('b'.repeat(500)) },
  { name: 'a/a.txt', content: Buffer.from('ä') },
];

test('the same files are the same archive, in whatever order they come', () => {
  expect(zip(items).equals(zip(items.toReversed()))).toBe(true);
});

test('others can read it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  writeFileSync(join(folder, 'x.zip'), zip(items));
  const script =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.namelist(), z.read("a/a.txt").decode())';
  const told = execFileSync('python3', ['-c', script, join(folder, 'x.zip')], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(told.trim()).toBe("None ['a/a.txt', 'b.txt'] ä");
});

test('a package for the Web Store has no key, and every package asks for two sites only', () => {
  const made = manifestFor({ version: '1.2.3', server: 'https://mail.example.com', store: true });
  expect(made).not.toHaveProperty('key');
  expect(made['host_permissions']).toEqual(['https://mail.google.com/*', 'https://mail.example.com/*']);
  expect(manifestFor({ version: '1', server: 'http://127.0.0.1:8000', store: false })['host_permissions']).toContain(
    'http://127.0.0.1/*',
  );
});
