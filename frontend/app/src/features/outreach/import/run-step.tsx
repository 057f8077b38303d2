import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ErrorState } from '../../../components/states.tsx';
import { count } from '../../../lib/numbers.ts';
import type { OutreachImportCounts } from '../../../lib/types.ts';
import { campaignOptions, type Versioned } from '../api.ts';
import { useRunImport } from '../changes.ts';
import { progress } from '../words.ts';
import { Counts, Errors } from './check-step.tsx';

type Props = {
  campaign: Versioned;
  importId: string;
  mapping: Record<string, string>;
  trial: OutreachImportCounts;
  onClose: () => void;
};

/** Begins by itself. If it breaks off, trying again adds the rest: who is there counts as a duplicate. */
export function RunStep({ campaign, importId, mapping, trial, onClose }: Props) {
  const run = useRunImport(campaign.id, importId);
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    run.mutate(mapping);
  }, [run.mutate, mapping]);
  if (run.data) return <Done counts={run.data} onClose={onClose} />;
  if (run.error) {
    return (
      <Stack>
        <ErrorState error={run.error} onRetry={() => run.mutate(mapping)} />
        <Text size="sm">What was added so far stays. Trying again adds the rest, nobody twice.</Text>
      </Stack>
    );
  }
  return <Running campaign={campaign} expected={trial.added} />;
}

/** How many are there by now, asked of the campaign itself. */
function Running({ campaign, expected }: { campaign: Versioned; expected: number }) {
  const [before] = useState(() => progress(campaign.recipients).total);
  const now = useQuery({ ...campaignOptions(campaign.id), refetchInterval: 1_500 });
  const added = now.data ? Math.max(0, progress(now.data.recipients).total - before) : 0;
  return (
    <Stack gap="xs">
      <Text size="sm" role="status">
        Importing: {count(added)} of {count(expected)}. You can close this; it goes on.
      </Text>
      <Progress value={expected > 0 ? (added / expected) * 100 : 0} animated aria-label="Progress of the import" />
    </Stack>
  );
}

function Done({ counts, onClose }: { counts: OutreachImportCounts; onClose: () => void }) {
  return (
    <Stack>
      <Text size="sm" fw={500} role="status">
        The import is done.
      </Text>
      <Counts counts={counts} done />
      <Errors errors={counts.errors} invalid={counts.invalid} />
      <Group justify="flex-end">
        <Button onClick={onClose}>Close</Button>
      </Group>
    </Stack>
  );
}
