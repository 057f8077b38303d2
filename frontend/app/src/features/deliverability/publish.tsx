import { Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { Spoken } from '../../components/spoken.tsx';
import { panelStyle } from '../../components/tones.ts';
import type { RecordToPublish } from '../../lib/types.ts';

/** A record as it has to stand in the DNS, its value one click away. */
export function Publish({ record }: { record: RecordToPublish }) {
  const { name, type, value, instead } = record;
  const file = type === 'file';
  return (
    <section className="panel" style={panelStyle('brand')} aria-label={`To publish at ${name}`}>
      <Group justify="space-between" gap="xs" mb={6}>
        <Text size="sm" fw={500}>
          {file ? 'Serve this file' : `Publish this ${type} record`}
          {instead && ' in the place of what is there now'}
        </Text>
        {isWords(record) || <Copy name={name} value={value} />}
      </Group>
      <dl className="facts">
        <dt>{file ? 'Address' : 'Name'}</dt>
        <dd>{name}</dd>
        {!file && (
          <>
            <dt>Type</dt>
            <dd>{type}</dd>
          </>
        )}
        <dt>{file ? 'Content' : 'Value'}</dt>
        <dd>{isWords(record) ? value : <Code style={{ whiteSpace: 'pre-wrap' }}>{value}</Code>}</dd>
      </dl>
    </section>
  );
}

/** Some values are shown by the provider alone, and words say where: no host name has a blank, no key lacks its "=". */
const isWords = ({ type, value }: RecordToPublish) =>
  type === 'CNAME' ? value.includes(' ') : type === 'TXT' && !value.includes('=');

function Copy({ name, value }: { name: string; value: string }) {
  return (
    <CopyButton value={value} timeout={4000}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          size="xs"
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        >
          <span aria-live="polite">{copied ? 'Copied' : 'Copy value'}</span>
          <Spoken>of {name}</Spoken>
        </Button>
      )}
    </CopyButton>
  );
}
