import { Button, FileInput, Group, Stack, Text } from '@mantine/core';
import { IconFileTypeCsv } from '@tabler/icons-react';
import { useState } from 'react';
import { ErrorState } from '../../../components/states.tsx';
import { filesFault } from '../../../lib/files.ts';
import type { OutreachImport } from '../../../lib/types.ts';
import { useUpload } from '../changes.ts';

const LARGEST = 20 * 2 ** 20;

export function FileStep({ campaignId, onDone }: { campaignId: string; onDone: (file: OutreachImport) => void }) {
  const [file, setFile] = useState<File | null>(null);
  const upload = useUpload(campaignId);
  const fault = file ? filesFault([file], 1, LARGEST, LARGEST) : undefined;
  return (
    <Stack>
      <FileInput
        label="CSV file"
        description="One recipient a row, the first row names the columns. At most 20 MB and 200,000 rows."
        placeholder="Choose a file"
        accept=".csv,.txt,.tsv,text/csv,text/plain"
        leftSection={<IconFileTypeCsv size={16} aria-hidden />}
        clearable
        clearButtonProps={{ 'aria-label': 'Choose no file' }}
        value={file}
        error={fault}
        onChange={setFile}
      />
      <Text size="sm" c="dimmed">
        Commas, semicolons or tabs, in any usual encoding: we look what it is. Nothing is added yet.
      </Text>
      {upload.error && <ErrorState error={upload.error} />}
      <Group justify="flex-end">
        <Button
          disabled={!file || Boolean(fault)}
          loading={upload.isPending}
          onClick={() => file && upload.mutate(file, { onSuccess: onDone })}
        >
          Look at the file
        </Button>
      </Group>
    </Stack>
  );
}
