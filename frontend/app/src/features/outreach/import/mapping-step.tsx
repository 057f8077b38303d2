import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { TableBox } from '../../../components/data-table.tsx';
import { ErrorState } from '../../../components/states.tsx';
import { plural } from '../../../lib/numbers.ts';
import type { OutreachImport, OutreachImportCounts } from '../../../lib/types.ts';
import { useCheckImport } from '../changes.ts';
import { asName, type Kind, kindOf, mappingFault, remap } from './mapping.ts';

const DELIMITERS: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };
const KINDS: { value: Kind; label: string }[] = [
  { value: 'address', label: 'Address' },
  { value: 'name', label: 'Name' },
  { value: 'zone', label: 'Time zone' },
  { value: 'field', label: 'Field…' },
  { value: 'none', label: 'Leave out' },
];

type Props = {
  campaignId: string;
  file: OutreachImport;
  mapping: Record<string, string>;
  onMapping: (mapping: Record<string, string>) => void;
  onBack: () => void;
  onDone: (counts: OutreachImportCounts) => void;
};

/** Which column is what, with the first rows to judge by. */
export function MappingStep({ campaignId, file, mapping, onMapping, onBack, onDone }: Props) {
  const check = useCheckImport(campaignId, file.id);
  const fault = mappingFault(mapping);
  return (
    <Stack>
      <Text size="sm">
        {file.file_name}: {plural(file.rows, 'row')}, {plural(file.columns.length, 'column')}, separated by{' '}
        {DELIMITERS[file.delimiter] ?? file.delimiter}, {file.encoding}.
      </Text>
      <TableBox label="Columns of the file" maxHeight={420}>
        <table className="table table-dense">
          <thead>
            <tr>
              <th>Column and examples</th>
              <th style={{ width: '45%' }}>Becomes</th>
            </tr>
          </thead>
          <tbody>
            {file.columns.map((column, index) => (
              <tr key={column}>
                <td className="break-anywhere">
                  {column}
                  <span className="sub">{examples(file, index)}</span>
                </td>
                <td>
                  <Becomes column={column} mapping={mapping} onMapping={onMapping} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
      {fault && (
        <Alert color="warning" variant="light" p="xs" role="status">
          {fault}
        </Alert>
      )}
      {check.error && <ErrorState error={check.error} />}
      <Group justify="space-between">
        <Button variant="default" onClick={onBack}>
          Another file
        </Button>
        <Button
          disabled={fault !== null}
          loading={check.isPending}
          onClick={() => check.mutate(mapping, { onSuccess: onDone })}
        >
          Check all rows
        </Button>
      </Group>
    </Stack>
  );
}

const examples = ({ sample }: OutreachImport, column: number) =>
  sample
    .map((row) => row[column])
    .filter(Boolean)
    .slice(0, 3)
    .join(', ');

type BecomesProps = Pick<Props, 'mapping' | 'onMapping'> & { column: string };

function Becomes({ column, mapping, onMapping }: BecomesProps) {
  const kind = kindOf(mapping[column]);
  return (
    <Group gap={4}>
      <Select
        size="xs"
        w={125}
        aria-label={`${column} becomes`}
        allowDeselect={false}
        value={kind}
        onChange={(next) => onMapping(remap(mapping, column, next as Kind))}
        data={KINDS}
      />
      {kind === 'field' && (
        <TextInput
          size="xs"
          w={125}
          aria-label={`Field for ${column}`}
          value={mapping[column] ?? ''}
          onChange={(e) => onMapping({ ...mapping, [column]: asName(e.target.value) })}
        />
      )}
    </Group>
  );
}
