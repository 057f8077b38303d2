import { Card, Code, Group, Stack, Text, Title } from '@mantine/core';
import { Disclosure } from '../../components/disclosure.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { RecordResult, RecordStanding } from '../../lib/types.ts';
import { Publish } from './publish.tsx';
import { CHECKS, SEVERITIES, VERDICTS } from './words.ts';

type Props = { result: RecordResult; standing?: RecordStanding | undefined; past?: string | undefined };

/** What was found of one record, in its exact text; what is wrong with it; and what to publish, unless that is past. */
export function RecordCard({ result, standing, past }: Props) {
  const { label, tone, Icon } = VERDICTS[result.verdict];
  const title = `${CHECKS[result.check]}${result.part ? ` ${result.part}` : ''}`;
  return (
    <Card component="section" aria-label={past ? `${title}, ${past}` : title} p="md">
      <Group justify="space-between" gap="xs">
        <Title order={3}>{title}</Title>
        <ToneBadge tone={tone} Icon={Icon}>
          {label}
        </ToneBadge>
      </Group>
      <Stack gap="sm" mt="xs" className="break-anywhere">
        <div>
          <Text size="sm">{result.summary}</Text>
          <Text size="xs" c="dimmed" component="div">
            {result.name}
            {standing && <Standing standing={standing} />}
          </Text>
        </div>
        <Findings result={result} />
        {result.records.map((record) => (
          <Code block key={record} style={{ whiteSpace: 'pre-wrap' }}>
            {record}
          </Code>
        ))}
        {!past && result.publish.map((one) => <Publish key={`${one.type} ${one.name} ${one.value}`} record={one} />)}
        <Trace result={result} title={title} />
      </Stack>
    </Card>
  );
}

/** What the last definite answer was, while the latest is silence. */
function Standing({ standing: { verdict, standing, since, definite_at: at } }: { standing: RecordStanding }) {
  if (verdict !== 'unknown') {
    return (
      since && (
        <>
          {' '}
          · so since <RelativeTime iso={since} />
        </>
      )
    );
  }
  if (!standing || !at) return <> · not assessed: no definite answer within 48 hours</>;
  return (
    <>
      {' '}
      · the last definite answer stands: {VERDICTS[standing].label.toLowerCase()}, <RelativeTime iso={at} />
    </>
  );
}

function Findings({ result }: { result: RecordResult }) {
  if (result.findings.length === 0) return null;
  return (
    <ul style={{ margin: 0, paddingInlineStart: 18, fontSize: 14 }}>
      {result.findings.map((one) => (
        <li key={`${one.code} ${one.text}`}>
          <strong>{SEVERITIES[one.severity].label}:</strong> {one.text}
        </li>
      ))}
    </ul>
  );
}

function Trace({ result, title }: { result: RecordResult; title: string }) {
  const aliases = result.aliases.length > 0 && `By way of ${result.aliases.join(' → ')}`;
  if (!aliases && Object.keys(result.facts).length === 0) return null;
  return (
    <Disclosure
      label={
        <span>
          How it was judged<Spoken>: {title}</Spoken>
        </span>
      }
    >
      {aliases && <Text size="sm">{aliases}</Text>}
      <Code block style={{ whiteSpace: 'pre-wrap' }}>
        {JSON.stringify(result.facts, null, 2)}
      </Code>
    </Disclosure>
  );
}
