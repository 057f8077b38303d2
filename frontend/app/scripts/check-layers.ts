/** Holds the direction of imports: lib and components → features → routes, no feature from another, no barrels. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SRC = join(import.meta.dirname, '..', 'src');
const MAX_LINES = 250;
/** A mailbox slot is a place for a connection, so it stands above connections; otherwise features are apart. */
const ABOVE: Record<string, string> = { mailboxes: 'connections' };
const RANK: Record<string, number> = { lib: 0, components: 1, features: 2, routes: 3 };

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !file.endsWith('.gen.ts'),
);
const faults = sources.flatMap(inspect);

function inspect(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const found: string[] = [];
  if (/(^|\/)index\.tsx?$/.test(file) && !file.startsWith('routes/')) found.push(`${file}: no barrels`);
  if (!file.startsWith('test/') && text.split('\n').length > MAX_LINES)
    found.push(`${file}: more than ${MAX_LINES} lines`);
  const [layer = '', feature] = file.split('/');
  if (!(layer in RANK) || /\.test\.tsx?$/.test(file)) return found;
  for (const target of imports(file, text)) {
    const [other = '', otherFeature] = target.split('/');
    if ((RANK[other] ?? 0) > (RANK[layer] ?? 0)) found.push(`${file}: ${layer} must not import ${target}`);
    if (
      layer === 'features' &&
      other === 'features' &&
      feature !== otherFeature &&
      ABOVE[feature ?? ''] !== otherFeature
    ) {
      found.push(`${file}: features must not import each other (${target})`);
    }
    if (target.startsWith('test/')) found.push(`${file}: imports a test's helper (${target})`);
  }
  if (layer !== 'lib' && !/features\/[^/]+\/api\.ts$/.test(file) && /from '@mailwarden\/api-client/.test(text)) {
    found.push(`${file}: only lib and each feature's api.ts speak to the client`);
  }
  return found;
}

function imports(file: string, text: string): string[] {
  const paths = [...text.matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].map((match) => match[1] ?? '');
  return paths.map((path) => relative(SRC, resolve(dirname(join(SRC, file)), path)));
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`${sources.length} files keep the layers.`);
