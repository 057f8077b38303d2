import { Code, Text } from '@mantine/core';
import type { Column } from '../../components/data-table.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { Copyable, Fact } from '../../components/evidence-list.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import type { AuditEntry } from '../../lib/types.ts';
import { actionLabel, callerLabel } from './words.ts';

export const AUDIT_COLUMNS: Column<AuditEntry>[] = [
  { head: 'When', cell: (entry) => <ExactTime iso={entry.at} />, kind: 'nowrap' },
  { head: 'Who', cell: (entry) => <Who entry={entry} /> },
  { head: 'What', cell: (entry) => <What entry={entry} /> },
  { head: 'On', cell: ({ target }) => target?.label ?? target?.id ?? '–' },
  { head: 'Address', cell: ({ ip }) => ip ?? '–', kind: 'nowrap' },
];

function Who({ entry: { actor } }: { entry: AuditEntry }) {
  const way = callerLabel(actor.kind);
  return (
    <>
      {actor.label ?? way ?? actor.kind}
      {actor.label && way && (
        <Text size="xs" c="dimmed">
          {way}
        </Text>
      )}
    </>
  );
}

/** The words first; what it was, what it is and the request are there for who wants to know. */
function What({ entry }: { entry: AuditEntry }) {
  const { action, before, after, request_id: reference } = entry;
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const label = (
    <>
      {actionLabel(action)}
      <Spoken>details</Spoken>
    </>
  );
  return (
    <Disclosure label={label}>
      <dl className="facts">
        {names.map((name) => (
          <Fact key={name} name={name.replaceAll('_', ' ')}>
            {before && name in before && <Code>{words(before[name])}</Code>}
            {before && after && name in before && ' → '}
            {after && name in after && <Code>{words(after[name])}</Code>}
          </Fact>
        ))}
        {reference && (
          <Fact name="request">
            <Copyable text={reference} />
          </Fact>
        )}
        <Fact name="action">
          <Code>{action}</Code>
        </Fact>
      </dl>
    </Disclosure>
  );
}

const words = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
