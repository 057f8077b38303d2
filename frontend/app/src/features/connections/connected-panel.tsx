import { CloseButton, Group, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { panelStyle, toneInk } from '../../components/tones.ts';
import type { Connection } from '../../lib/types.ts';
import { accountName } from './accounts.ts';

/** Back from the provider with a working account: says which one, so that a wrong one is noticed (B34). */
export function ConnectedPanel({ connection, onDismiss }: { connection: Connection; onDismiss: () => void }) {
  return (
    <section className="panel" style={panelStyle('success')} role="status" aria-label="Connected">
      <Group wrap="nowrap" align="flex-start" gap="xs">
        <IconCircleCheck size={20} color={toneInk('success')} style={{ flexShrink: 0, marginTop: 1 }} aria-hidden />
        <div style={{ flex: 1 }}>
          <Title order={2}>{accountName(connection)} is connected</Title>
          <Text size="sm" mt={2}>
            {connection.account_detail ? `${connection.account_detail}. ` : ''}Account id {connection.external_id}. Not
            the account you meant? Disconnect it and connect the right one.
          </Text>
        </div>
        <CloseButton size="sm" aria-label="Dismiss" onClick={onDismiss} />
      </Group>
    </section>
  );
}
