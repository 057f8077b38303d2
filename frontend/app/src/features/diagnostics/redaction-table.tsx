import { Code, Stack, Text } from '@mantine/core';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { plural } from '../../lib/numbers.ts';
import type { Redaction } from '../../lib/types.ts';

const ACTIONS: Record<Redaction['action'], string> = {
  removed: 'Removed',
  masked: 'Masked',
  shortened: 'Shortened',
  left_out: 'Never read',
};

/** What was found and taken out comes first; what is never read at all is a long list of its own. */
export function RedactionTable({ redactions }: { redactions: Redaction[] }) {
  const found = redactions.filter((one) => one.action !== 'left_out');
  const never = redactions.filter((one) => one.action === 'left_out');
  return (
    <Stack gap="sm">
      {found.length > 0 ? (
        <Lines redactions={found} label="Taken out" />
      ) : (
        <Text size="sm">Nothing had to be taken out of what was collected.</Text>
      )}
      {never.length > 0 && (
        <Disclosure label={`Never read for a bundle: ${plural(never.length, 'field')}`}>
          <Lines redactions={never} label="Never read" />
        </Disclosure>
      )}
    </Stack>
  );
}

const COLUMNS: Column<Redaction>[] = [
  { head: 'Where', cell: (one) => <Code fz="xs">{one.where}</Code>, kind: 'break-anywhere' },
  { head: 'What', cell: (one) => <ToneBadge tone="gray">{ACTIONS[one.action]}</ToneBadge> },
  { head: 'Why', cell: (one) => one.why },
  { head: 'Times', cell: (one) => one.count, kind: 'num' },
];

function Lines({ redactions, label }: { redactions: Redaction[]; label: string }) {
  return (
    <DataTable
      label={label}
      look="dense"
      maxHeight={320}
      columns={COLUMNS}
      rows={redactions}
      rowKey={({ where, action, why }) => `${where} ${action} ${why}`}
    />
  );
}
