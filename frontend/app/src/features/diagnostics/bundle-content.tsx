import { Code, Stack, Title } from '@mantine/core';
import { Disclosure } from '../../components/disclosure.tsx';
import { Fact } from '../../components/evidence-list.tsx';
import { spell } from './words.ts';

type Content = Record<string, unknown>;

/** What a reader wants first; the rest follows as the server gives it. */
const FIRST = ['error', 'connections', 'logs', 'scheduler'];

const place = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

/** Everything that the download holds: single values at a glance, the rest as it is, part by part. */
export function BundleContent({ content }: { content: Content }) {
  const entries = Object.entries(content).toSorted(([a], [b]) => place(a) - place(b));
  const single = entries.filter(([, value]) => !isPart(value));
  const parts = entries.filter(([, value]) => isPart(value));
  return (
    <section aria-label="What it holds">
      <Title order={2} mb="xs">
        What it holds
      </Title>
      <dl className="facts">
        {single.map(([name, value]) => (
          <Fact key={name} name={spell(name)}>
            {value === null || value === '' ? '–' : String(value)}
          </Fact>
        ))}
      </dl>
      <Stack gap={4} mt="sm">
        {parts.map(([name, value]) => (
          <Disclosure key={name} label={`${spell(name)}${amount(value)}`}>
            <Code block fz="xs" mah={320} tabIndex={0} role="region" aria-label={spell(name)} style={SCROLLS}>
              {JSON.stringify(value, null, 2)}
            </Code>
          </Disclosure>
        ))}
      </Stack>
    </section>
  );
}

const SCROLLS = { overflow: 'auto' };

const isPart = (value: unknown) => typeof value === 'object' && value !== null;

const amount = (value: unknown) => (Array.isArray(value) ? ` (${value.length})` : '');
