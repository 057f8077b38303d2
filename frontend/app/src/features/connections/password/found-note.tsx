import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconInfoCircle, IconKey } from '@tabler/icons-react';
import type { Discovery } from '../../../lib/types.ts';

const BETTER = { google: 'Google', microsoft: 'Microsoft' } as const;

type Props = { found: Discovery; onSwitch: (provider: keyof typeof BETTER) => void };

/** What discovery says beyond the servers: a better way in, and whether an app password is needed. */
export function FoundNote({ found, onSwitch }: Props) {
  const { better_by: better, hint, help_url: help } = found;
  if (!better && !hint) return null;
  return (
    <Alert
      color={better ? 'brand' : 'warning'}
      variant="light"
      icon={better ? <IconInfoCircle aria-hidden /> : <IconKey aria-hidden />}
      title={better ? `This mailbox is at ${BETTER[better]}` : undefined}
    >
      <Stack gap="xs" align="flex-start">
        {better && (
          <Text size="sm">
            Connecting it at {BETTER[better]} needs no password here and can be ended there at any time. You may go on
            with a password below instead.
          </Text>
        )}
        {hint && <Text size="sm">{hint}</Text>}
        <Group gap="md">
          {better && (
            <Button size="xs" onClick={() => onSwitch(better)}>
              Connect at {BETTER[better]} instead
            </Button>
          )}
          {help && (
            <Anchor size="sm" href={help} target="_blank" rel="noreferrer" underline="always">
              How to get an app password
            </Anchor>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
