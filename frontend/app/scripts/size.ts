/** Fails when a page ships more than its budget. Reads the build's own manifest, so nothing is forgotten. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

type Chunk = {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
  isEntry?: boolean;
  src?: string;
};

const DIST = join(import.meta.dirname, '..', 'dist');
const KB = 1024;
/** Comes by itself, when a page has something to draw. */
const DRAWING = 'src/components/charts/drawing.tsx';
const BUDGET = { appEntry: 200, signIn: 90, route: 240, chartRoute: 330, css: 42, font: 50, lazy: 130 };

const manifest = JSON.parse(readFileSync(join(DIST, '.vite', 'manifest.json'), 'utf8')) as Record<string, Chunk>;
const gzip = (file: string) => gzipSync(readFileSync(join(DIST, file))).length / KB;

/** Everything that a chunk needs before it runs. */
function closure(key: string, seen = new Set<string>()): Set<string> {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key]?.imports ?? []) closure(next, seen);
  return seen;
}

const files = (keys: Set<string>) => new Set([...keys].map((key) => manifest[key]?.file ?? ''));
const scripts = (keys: Set<string>) => sum([...files(keys)].filter((file) => file.endsWith('.js')));
const styles = (keys: Set<string>) => sum([...new Set([...keys].flatMap((key) => manifest[key]?.css ?? []))]);
const sum = (list: string[]) => list.reduce((total, file) => total + gzip(file), 0);

const draws = (keys: Set<string>) => [...keys].some((key) => manifest[key]?.dynamicImports?.includes(DRAWING));

const failures: string[] = [];
function check(what: string, size: number, budget: number): void {
  const line = `${what.padEnd(46)} ${size.toFixed(1).padStart(6)} KB of ${budget} KB`;
  console.log(line);
  if (size > budget) failures.push(line);
}

const entry = closure('index.html');
check('app entry, scripts', scripts(entry), BUDGET.appEntry);
check('app entry, styles', styles(entry), BUDGET.css);
check('sign-in entry, scripts', scripts(closure('sign-in.html')), BUDGET.signIn);

const routes = Object.keys(manifest).filter((key) => key.includes('tsr-split=component'));
if (routes.length === 0) throw new Error('the manifest names no routes: is code splitting broken?');
if (!manifest[DRAWING]) throw new Error(`the manifest does not name ${DRAWING}: are charts still lazy?`);
for (const key of routes) {
  const all = new Set([...entry, ...closure(key)]);
  const name = `route ${key.replace(/\?.*/, '').replace('src/routes/', '')}`;
  check(name, scripts(all), BUDGET.route);
  if (draws(all)) check(`${name}, with charts`, scripts(closure(DRAWING, all)), BUDGET.chartRoute);
}

for (const [key, chunk] of Object.entries(manifest)) {
  const lazy = !entry.has(key) && chunk.file.endsWith('.js');
  if (lazy && gzip(chunk.file) > 20) check(`chunk ${chunk.file}`, gzip(chunk.file), BUDGET.lazy);
}
const latin = readdirSync(join(DIST, 'assets')).filter(
  (file) => /latin-wght.*\.woff2$/.test(file) && !file.includes('-ext-'),
);
for (const file of latin) check(`font ${file}`, readFileSync(join(DIST, 'assets', file)).length / KB, BUDGET.font);

if (failures.length > 0) {
  console.error(`\nOver budget:\n${failures.join('\n')}`);
  process.exit(1);
}
