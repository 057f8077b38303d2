import { Button, Group, Stack, Text } from '@mantine/core';
import { BareTable, type Column } from '../../../components/data-table.tsx';
import { Fact } from '../../../components/evidence-list.tsx';
import { count, plural } from '../../../lib/numbers.ts';
import type { OutreachImportCounts } from '../../../lib/types.ts';

type Props = { trial: OutreachImportCounts; onBack: () => void; onDone: () => void };

/** What the import would do, counted over every row, before anything is done. */
export function CheckStep({ trial, onBack, onDone }: Props) {
  return (
    <Stack>
      <Text size="sm">All rows were looked at. Nothing is added yet.</Text>
      <Counts counts={trial} />
      <Errors errors={trial.errors} invalid={trial.invalid} />
      <Group justify="space-between">
        <Button variant="default" onClick={onBack}>
          Change the columns
        </Button>
        <Button disabled={trial.added === 0} onClick={onDone} data-autofocus>
          {trial.added === 0 ? 'Nobody to add' : `Import ${plural(trial.added, 'recipient')}`}
        </Button>
      </Group>
    </Stack>
  );
}

export function Counts({ counts, done = false }: { counts: OutreachImportCounts; done?: boolean }) {
  return (
    <dl className="facts">
      <Fact name="Rows">{count(counts.rows)}</Fact>
      <Fact name={done ? 'Added' : 'Will be added'}>{count(counts.added)}</Fact>
      <Fact name="Suppressed">
        {count(counts.suppressed)} of those added: on the suppression list, they get no mail
      </Fact>
      <Fact name="Duplicates">{count(counts.duplicates)}: in the campaign already, or twice in the file</Fact>
      <Fact name="Left out">{count(counts.invalid)} with errors</Fact>
    </dl>
  );
}

type Fault = OutreachImportCounts['errors'][number];
const COLUMNS: Column<Fault>[] = [
  { head: 'Row', kind: 'num', cell: (one) => count(one.row) },
  { head: 'What is wrong', kind: 'break-anywhere', cell: (one) => one.detail },
];

export function Errors({ errors, invalid }: { errors: Fault[]; invalid: number }) {
  if (errors.length === 0) return null;
  return (
    <section aria-label="Errors by row">
      <BareTable look="dense" columns={COLUMNS} rows={errors} rowKey={(one) => `${one.row} ${one.code}`} />
      {invalid > errors.length && (
        <Text size="xs" c="dimmed" mt="xs">
          The first of each kind, {errors.length} of {count(invalid)}.
        </Text>
      )}
    </section>
  );
}
