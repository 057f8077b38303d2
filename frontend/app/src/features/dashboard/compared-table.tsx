import { Text } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import { count } from '../../lib/numbers.ts';
import type { Compared, DifferencePart } from '../../lib/types.ts';
import { differenceWords, KINDS, metricWords, partWords, signed, VERDICTS } from './reconciliation-words.ts';

const TONES: Record<Compared['verdict'], Tone> = {
  normal: 'success',
  watch: 'warning',
  alarm: 'danger',
  unknown: 'gray',
};

export function ComparedTable({ rows, providerLabel }: { rows: Compared[]; providerLabel: string }) {
  const columns: Column<Compared>[] = [
    { head: 'Metric', cell: ({ metric }) => metricWords(metric) },
    { head: 'Ours', kind: 'num', cell: ({ ours }) => count(ours) },
    { head: providerLabel, kind: 'num', cell: ({ theirs }) => count(theirs) },
    { head: 'Difference', kind: 'num', cell: differenceWords },
    { head: 'Verdict', cell: ({ verdict }) => <ToneBadge tone={TONES[verdict]}>{VERDICTS[verdict]}</ToneBadge> },
    { head: 'Where it comes from', cell: (row) => <Parts row={row} /> },
  ];
  return (
    <DataTable label="Figures compared" minWidth={760} columns={columns} rows={rows} rowKey={({ metric }) => metric} />
  );
}

/** The parts add up to the difference, and say so. */
function Parts({ row }: { row: Compared }) {
  const { parts, left_out: left, difference } = row;
  if (parts.length === 0) return <LeftOut left={left} />;
  return (
    <>
      <Disclosure label={parts.map(({ part }) => KINDS[part].title).join(', ')}>
        <ul className="lines">
          {parts.map((part) => (
            <PartLine key={part.part} part={part} />
          ))}
          <li>Together: {signed(difference)}</li>
        </ul>
      </Disclosure>
      <LeftOut left={left} />
    </>
  );
}

function PartLine({ part }: { part: DifferencePart }) {
  return (
    <li>
      <Text size="sm" fw={500}>
        {partWords(part)}
      </Text>
      <Text size="sm">{KINDS[part.part].what}</Text>
      {part.examples.length > 0 && (
        <Text size="xs" c="dimmed" className="break-anywhere">
          At the provider: {part.examples.join(', ')}
        </Text>
      )}
    </li>
  );
}

function LeftOut({ left }: { left: number }) {
  if (left === 0) return null;
  return <span className="sub">{count(left)} of ours not compared: archived or deleted at the provider</span>;
}
