import { Group, Text } from '@mantine/core';
import { SelectLater } from '../../components/select-later.tsx';
import { look } from '../../components/status-badge.tsx';
import { toneInk } from '../../components/tones.ts';
import type { Connection } from '../../lib/types.ts';
import { accountName } from './accounts.ts';

type Props = {
  connections: Connection[];
  value: string;
  onChange: (id: string) => void;
  label?: string;
  w?: number | string;
};

/** Switches between a provider's accounts (B21); each entry tells its status, so trouble is not hidden in the list. */
export function AccountSelect({ connections, value, onChange, label = 'Account', w }: Props) {
  return (
    <SelectLater
      label={label}
      size="sm"
      w={w}
      allowDeselect={false}
      checkIconPosition="right"
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      value={value}
      onChange={(id) => id && onChange(id)}
      data={connections.map((c) => ({ value: c.id, label: accountName(c) }))}
      renderOption={({ option }) => <Option connection={connections.find((c) => c.id === option.value)} />}
    />
  );
}

function Option({ connection }: { connection: Connection | undefined }) {
  if (!connection) return null;
  const { label, tone, Icon } = look(connection);
  return (
    <Group gap="xs" wrap="nowrap" flex={1} justify="space-between">
      <div>
        <Text size="sm">{accountName(connection)}</Text>
        <Text size="xs" c="dimmed">
          {connection.account_detail ?? `Account ${connection.external_id}`}
        </Text>
      </div>
      <Group gap={4} wrap="nowrap" c={toneInk(tone)} fz="xs">
        <Icon size={14} aria-hidden /> {label}
      </Group>
    </Group>
  );
}
