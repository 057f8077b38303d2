import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ExactTime } from '../../components/relative-time.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { panelStyle, toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import { bundleFile, bundleOptions } from './api.ts';
import { BundleContent } from './bundle-content.tsx';
import { RedactionTable } from './redaction-table.tsx';

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
      <BundleContent content={content} />
    </Stack>
  );
}
