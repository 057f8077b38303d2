import { Code, Group, Stack, Text, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { panelStyle, toneInk } from '../../components/tones.ts';
import type { Connection } from '../../lib/types.ts';

/** An optional permission is gone: the connection lives, only the work that needs it rests. */
export function MissingPermissions({ connection, action }: { connection: Connection; action: ReactNode }) {
  if (connection.missing_scopes.length === 0 || connection.status !== 'connected') return null;
  return (
    <section className="panel" style={panelStyle('warning')} aria-label="Permission missing">
      <Stack gap="xs">
        <Group gap="xs">
          <IconKey size={20} color={toneInk('warning')} aria-hidden />
          <Title order={2}>Permission missing</Title>
        </Group>
        <Text size="sm" component="div">
          The provider no longer grants{' '}
          {connection.missing_scopes.map((scope, index) => (
            <span key={scope}>
              {index > 0 && ', '}
              <Code>{scope}</Code>
            </span>
          ))}
          . Syncing goes on; what needs this permission rests until it is granted again.
        </Text>
        <div>{action}</div>
      </Stack>
    </section>
  );
}
