import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { integrationsOptions } from '../lib/integrations.ts';
import { takesSlot } from '../lib/kinds.ts';
import type { Connection } from '../lib/types.ts';
import { rememberWayBack } from '../lib/way-back.ts';

/** Accounts that mail can be sent from, working or not; undefined while nobody knows. */
export function useSenders(): Connection[] | undefined {
  const integrations = useQuery(integrationsOptions()).data?.data;
  return integrations?.filter(takesSlot).flatMap((one) => one.connections);
}

/** Wherever sending starts: that nothing can be sent now, and the way to connect an account and back (B27, B30). */
export function ConnectFirst({ back }: { back: string }) {
  const senders = useSenders();
  const path = useLocation({ select: ({ href }) => href });
  if (!senders || senders.some((one) => one.status === 'connected' || one.status === 'verifying')) return null;
  const broken = senders.some((one) => one.status === 'inactive');
  return (
    <Alert
      color="warning"
      variant="light"
      icon={<IconPlugConnectedX aria-hidden />}
      title="No active integrations"
      role="status"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {broken
            ? 'No account that could send works at the moment. Reconnect one; nothing that you wrote is lost.'
            : 'Nothing can be sent yet. Connect Google, Microsoft, Keap or any other mailbox; nothing that you wrote is lost.'}
        </Text>
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
