import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Disclosure } from '../../components/disclosure.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { panelStyle, toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import { bundleFile, bundleOptions } from './api.ts';
import { RedactionTable } from './redaction-table.tsx';
import { spell } from './words.ts';

/** Exactly what the download holds, and the list of what was taken out of it. */
export function BundlePreview({ bundleId }: { bundleId: string }) {
  const bundle = useQuery(bundleOptions(bundleId));
  if (bundle.isPending) return <LoadingBlocks label="Loading bundle" heights={[90, 200]} />;
  if (!bundle.data) return <ErrorState error={bundle.error} onRetry={() => void bundle.refetch()} />;
  const { content, redactions, redacted, expires_at: expires, file_name: file } = bundle.data;
  return (
    <Stack gap="lg">
      <section className="panel" style={panelStyle('success')} role="status" aria-label="Ready">
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <IconShieldCheck size={20} color={toneInk('success')} style={{ flexShrink: 0, marginTop: 1 }} aria-hidden />
          <Stack gap="sm" align="flex-start">
            <Text size="sm">
              {plural(redacted, 'value')} removed, masked or shortened. Nothing has been sent. The bundle is deleted
              here on <ExactTime iso={expires} />.
            </Text>
            <Button
              component="a"
              href={bundleFile(bundleId)}
              download={file}
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              Download zip
            </Button>
          </Stack>
        </Group>
      </section>
      <section aria-label="What was taken out">
        <Title order={2} mb="xs">
          What was taken out, and why
        </Title>
        <RedactionTable redactions={redactions} />
      </section>
      <section aria-label="What it holds">
        <Title order={2} mb="xs">
          What it holds
        </Title>
        <Stack gap={4}>
          {Object.entries(content).map(([name, value]) => (
            <Disclosure key={name} label={`${spell(name)}${amount(value)}`}>
              <Code block fz="xs" mah={320} tabIndex={0} aria-label={spell(name)} style={{ overflow: 'auto' }}>
                {JSON.stringify(value, null, 2)}
              </Code>
            </Disclosure>
          ))}
        </Stack>
      </section>
    </Stack>
  );
}

const amount = (value: unknown) => (Array.isArray(value) ? ` (${value.length})` : '');
