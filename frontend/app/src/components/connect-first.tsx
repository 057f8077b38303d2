import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { sendingOptions } from '../lib/sending.ts';
import { rememberWayBack } from '../lib/way-back.ts';

/**
 * Wherever sending starts: that nothing can be sent now, and the way to connect an account and back (B27, B30). That the
 * organization has no active plan is told on every page, by its own banner.
 */
export function ConnectFirst({ back }: { back: string }) {
  const sending = useQuery(sendingOptions()).data;
  const path = useLocation({ select: ({ href }) => href });
  if (sending?.code !== 'no_active_integration') return null;
  const broken = sending.mailboxes.length > 0;
  return (
    <Alert
      color="warning"
      variant="light"
      icon={<IconPlugConnectedX aria-hidden />}
      title="No active integrations"
      role="status"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{sending.detail} Nothing that you wrote is lost.</Text>
        {sending.mailboxes.map((one) => (
          <Text key={one.mailbox_id} size="sm" className="break-anywhere">
            {one.address}: {one.detail}
          </Text>
        ))}
        <Button
          size="xs"
          onClick={() => rememberWayBack({ path, label: back })}
          renderRoot={(props) => <Link {...props} to="/integrations" hash="mailboxes" />}
        >
          {broken ? 'Reconnect a mailbox' : 'Connect a mailbox'}
        </Button>
      </Stack>
    </Alert>
  );
}
