import { Alert, Group, Stack, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { useUsability } from '../lib/sending.ts';
import { ConnectLink, RepairLink } from './repair-link.tsx';

/**
 * Wherever sending starts: that nothing can be sent now, why, and the way to change that and back (B27, B30). Of an
 * ended plan the banner above every page tells. `label`: what it is a way back to.
 */
export function SendingWarning({ label }: { label: string }) {
  const now = useUsability();
  const path = useLocation({ select: ({ href }) => href });
  if (now?.code !== 'no_active_integration') return null;
  const back = { path, label };
  const broken = now.mailboxes.filter((one) => one.action && one.action.code !== 'wait');
  return (
    <Alert
      color="warning"
      variant="light"
      icon={<IconPlugConnectedX aria-hidden />}
      title="No active integrations"
      role="status"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{now.detail} Nothing that you write is lost.</Text>
        {broken.map((one) => (
          <Group key={one.mailbox_id} gap="xs">
            <Text size="sm" className="break-anywhere">
              {one.address || one.label}: {one.detail}
            </Text>
            <RepairLink mailbox={one} back={back} />
          </Group>
        ))}
        {broken.length === 0 && <ConnectLink back={back} />}
      </Stack>
    </Alert>
  );
}
