import { Code, CopyButton, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Evidence } from '../lib/types.ts';
import { ExactTime } from './relative-time.tsx';

/** What was asked and what came back, redacted by the server, with what the provider's support needs. */
export function EvidenceList({ items }: { items: Evidence[] }) {
  return (
    <Stack gap="md">
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: answers have no id and never change
        <EvidenceItem key={index} item={item} />
      ))}
    </Stack>
  );
}

function EvidenceItem({ item }: { item: Evidence }) {
  return (
    <dl className="facts">
      <Fact name="When">{<ExactTime iso={item.at} />}</Fact>
      {item.operation === 'open' ? <Found message={item.message} /> : <Asked item={item} />}
      {item.provider_code && (
        <Fact name="Provider code">
          <Code>{item.provider_code}</Code>
        </Fact>
      )}
      {item.provider_request_id && (
        <Fact name="Provider request id">
          <Copyable text={item.provider_request_id} />
        </Fact>
      )}
    </dl>
  );
}

/** Our own store could not be read: nobody was asked, so there is no answer to show. */
function Found({ message }: { message: string }) {
  return <Fact name="Found">{message}</Fact>;
}

function Asked({ item }: { item: Evidence }) {
  return (
    <>
      <Fact name="Request">
        <Code>{`${item.method} ${item.host}${item.path}`}</Code>
      </Fact>
      <Fact name="Answer">
        {item.status ?? 'No answer'}
        {item.message && ` · ${item.message}`}
      </Fact>
    </>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

export function Copyable({ text }: { text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <UnstyledButton onClick={copy} title="Copy">
          <Code>{text}</Code> {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          <Text span size="xs" c="dimmed" role="status">
            {copied ? ' Copied' : ''}
          </Text>
        </UnstyledButton>
      )}
    </CopyButton>
  );
}
