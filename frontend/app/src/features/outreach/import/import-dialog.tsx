import { Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useReturnFocus } from '../../../lib/return-focus.ts';
import type { OutreachImport, OutreachImportCounts } from '../../../lib/types.ts';
import type { Versioned } from '../api.ts';
import { CheckStep } from './check-step.tsx';
import { FileStep } from './file-step.tsx';
import { MappingStep } from './mapping-step.tsx';
import { RunStep } from './run-step.tsx';

const STEPS = ['File', 'Columns', 'Check', 'Import'];

/** What was decided so far; each part leads to the next, and back. */
type Progress = {
  at: 0 | 1 | 2 | 3;
  file?: OutreachImport;
  mapping: Record<string, string>;
  trial?: OutreachImportCounts;
};

/** Recipients from a file: what is in it, which column is what, a trial with exact counts, and only then the import. */
export default function ImportDialog({ campaign, onClose }: { campaign: Versioned; onClose: () => void }) {
  useReturnFocus();
  const [{ at, file, mapping, trial }, setProgress] = useState<Progress>({ at: 0, mapping: {} });
  const go = (change: Partial<Progress>) => setProgress((now) => ({ ...now, ...change }));
  return (
    <Modal opened onClose={onClose} size="xl" title="Import recipients" closeOnClickOutside={false}>
      <Stack>
        <Text size="sm" c="dimmed" role="status">
          Step {at + 1} of {STEPS.length}: {STEPS[at]}
        </Text>
        {at === 0 && (
          <FileStep campaignId={campaign.id} onDone={(read) => go({ at: 1, file: read, mapping: read.suggested })} />
        )}
        {at === 1 && file && (
          <MappingStep
            campaignId={campaign.id}
            file={file}
            mapping={mapping}
            onMapping={(next) => go({ mapping: next })}
            onBack={() => go({ at: 0 })}
            onDone={(counts) => go({ at: 2, trial: counts })}
          />
        )}
        {at === 2 && trial && <CheckStep trial={trial} onBack={() => go({ at: 1 })} onDone={() => go({ at: 3 })} />}
        {at === 3 && file && trial && (
          <RunStep campaign={campaign} importId={file.id} mapping={mapping} trial={trial} onClose={onClose} />
        )}
      </Stack>
    </Modal>
  );
}
