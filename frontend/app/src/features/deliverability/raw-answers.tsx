import { Code, Text } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { count } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import type { DnsAnswer, DomainLook } from '../../lib/types.ts';

const OUTCOMES: Record<DnsAnswer['outcome'], string> = {
  found: 'Found',
  nodata: 'The name exists, without such a record',
  nxdomain: 'No such name',
  unknown: 'Nobody could tell',
};

/** Question by question, word for word. */
export function RawAnswers({ look, past }: { look: DomainLook; past?: string | undefined }) {
  return (
    <Disclosure label={`Raw answers of the DNS (${count(look.answers.length)})`}>
      <Text size="sm" c="dimmed" mb="xs">
        Asked {look.resolver}, in {duration(look.took_ms)}.
      </Text>
      <DataTable
        label={past ? `Raw answers of the DNS, ${past}` : 'Raw answers of the DNS'}
        columns={COLUMNS}
        rows={look.answers}
        rowKey={(answer) => `${answer.type} ${answer.name}`}
        look="dense"
        minWidth={640}
      />
    </Disclosure>
  );
}

const COLUMNS: Column<DnsAnswer>[] = [
  {
    head: 'Question',
    cell: (answer) => (
      <>
        {answer.name}
        {answer.aliases.length > 0 && <span className="sub">by way of {answer.aliases.join(' → ')}</span>}
      </>
    ),
    kind: 'break-anywhere',
  },
  { head: 'Type', cell: (answer) => answer.type },
  {
    head: 'Answer',
    cell: (answer) =>
      answer.raw.length > 0
        ? answer.raw.map((line) => (
            <div key={line}>
              <Code style={{ whiteSpace: 'pre-wrap' }}>{line}</Code>
            </div>
          ))
        : `${OUTCOMES[answer.outcome]}${answer.reason ? `: ${answer.reason}` : ''}`,
    kind: 'break-anywhere',
  },
  { head: 'TTL', cell: (answer) => (answer.ttl === null ? '–' : `${count(answer.ttl)} s`), kind: 'num' },
];
