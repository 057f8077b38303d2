import { Code, List, Stack, Text, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { panelStyle, toneInk } from '../../components/tones.ts';
import type { Connection } from '../../lib/types.ts';
import { useIntegration } from './rights.ts';

/** A permission was not given, or is gone: the connection lives, only the work that needs it is refused. */
export function MissingPermissions({ connection, action }: { connection: Connection; action: ReactNode }) {
  const asked = useIntegration(connection.provider)?.scopes;
  if (connection.missing_scopes.length === 0 || connection.status !== 'connected') return null;
  return (
    <section className="panel" style={panelStyle('warning')} aria-label="Permission missing">
      <Stack gap="xs">
        <Title order={2} style={{ display: 'flex', alignItems: 'center', gap: 8 }}>
          <IconKey size={20} color={toneInk('warning')} aria-hidden />
          Permission missing
        </Title>
        <Text size="sm">The provider does not grant what follows, so this work is refused until it does:</Text>
        <List size="sm" spacing={4} listStyleType="none">
          {connection.missing_scopes.map((scope) => (
            <List.Item key={scope}>
              <Code className="break-anywhere">{scope}</Code>
              <Text size="sm">{asked?.find((one) => one.name === scope)?.why}</Text>
            </List.Item>
          ))}
        </List>
        <Text size="sm" c="dimmed">
          Everything else goes on. The button asks for exactly what is missing.
        </Text>
        <div>{action}</div>
      </Stack>
    </section>
  );
}
