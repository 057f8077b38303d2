import { Group, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Frequency, HistoryRange } from '../../lib/types.ts';
import { FREQUENCIES, RANGES } from '../../lib/words.ts';

export type SyncSettings = { sync_frequency: Frequency; history_range: HistoryRange };
type Props = { value: SyncSettings; onChange: (value: SyncSettings) => void; disabled?: boolean };

/** The two choices of an account, the same when connecting and in its settings. */
export function SettingsFields({ value, onChange, disabled = false }: Props) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
      <Radio.Group
        label="Sync frequency"
        description="How often new figures are read."
        value={value.sync_frequency}
        onChange={(v) => onChange({ ...value, sync_frequency: v as Frequency })}
      >
        <Options options={FREQUENCIES} recommended="realtime" disabled={disabled} />
      </Radio.Group>
      <Radio.Group
        label="History"
        description="How far back campaigns are read and shown."
        value={value.history_range}
        onChange={(v) => onChange({ ...value, history_range: v as HistoryRange })}
      >
        <Options options={RANGES} disabled={disabled} />
      </Radio.Group>
    </SimpleGrid>
  );
}

type Option = { value: string; label: string; hint: string };

function Options({ options, recommended, disabled }: { options: Option[]; recommended?: string; disabled: boolean }) {
  return (
    <Stack gap={10} mt="xs">
      {options.map(({ value, label, hint }) => (
        <Radio
          key={value}
          value={value}
          disabled={disabled}
          description={hint}
          styles={{ description: { marginTop: 2 } }}
          label={
            <Group gap="xs">
              <Text span size="sm" fw={500}>
                {label}
              </Text>
              {value === recommended && <ToneBadge tone="brand">Recommended</ToneBadge>}
            </Group>
          }
        />
      ))}
    </Stack>
  );
}
