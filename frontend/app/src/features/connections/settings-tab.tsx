import { Alert, Button, Card, Group, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { AskBeside } from '../../components/ask-beside.tsx';
import { useReason } from '../../components/managed.tsx';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { problemCode } from '../../lib/problem.ts';
import { useMayManage } from '../../lib/session.tsx';
import type { Connection, HistoryRange } from '../../lib/types.ts';
import { wishFor } from './accounts.ts';
import { useSaveSettings } from './api.ts';
import { SettingsFields, type SyncSettings } from './settings-fields.tsx';

const settingsOf = ({ sync_frequency, history_range }: Connection): SyncSettings => ({ sync_frequency, history_range });

export function SettingsTab({ connection }: { connection: Connection }) {
  const may = useMayManage();
  const reason = useReason();
  const saved = settingsOf(connection);
  const [draft, setDraft] = useState(saved);
  const save = useSaveSettings(connection);
  const dirty = draft.sync_frequency !== saved.sync_frequency || draft.history_range !== saved.history_range;
  const outdated = problemCode(save.error) === 'precondition_failed';
  const submit = () => save.mutate(draft, { onSuccess: () => notifyOk('Settings saved') });
  return (
    <Card component="section" aria-label="Settings" maw={820}>
      <Stack gap="lg">
        {!may && (
          <Alert color="gray" variant="light" p="sm" icon={<IconInfoCircle aria-hidden />}>
            <Stack gap="xs">
              {reason}
              <AskBeside wish={{ action: 'change_connection', ...wishFor(connection) }} size="xs" />
            </Stack>
          </Alert>
        )}
        <SettingsFields value={draft} onChange={setDraft} disabled={!may} />
        <RangeNote from={saved.history_range} to={draft.history_range} />
        {save.error && <ErrorState error={save.error} />}
        {outdated && (
          <Text size="sm">
            Saved now: {saved.sync_frequency}, {saved.history_range}. Your choice above is kept; save again to use it.
          </Text>
        )}
        <Group>
          <Button disabled={!may || !dirty} loading={save.isPending} onClick={submit}>
            Save settings
          </Button>
          {dirty && (
            <Button variant="subtle" onClick={() => setDraft(saved)}>
              Discard changes
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}

const WIDTH: Record<HistoryRange, number> = { days_30: 0, days_90: 1, months_12: 2, all: 3 };

/** A change of range has a consequence either way; say it before the click (C17). */
function RangeNote({ from, to }: { from: HistoryRange; to: HistoryRange }) {
  if (from === to) return null;
  return (
    <Alert color="brand" variant="light" p="sm" icon={<IconInfoCircle aria-hidden />}>
      <Text size="sm">
        {WIDTH[to] > WIDTH[from]
          ? 'Saving starts a backfill that reads the older campaigns. What you have stays visible meanwhile.'
          : 'Saving hides older campaigns. Nothing is deleted: widen the range again to see them.'}
      </Text>
    </Alert>
  );
}
