import { Alert, Group, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { AskOwner } from '../../components/ask-owner.tsx';
import { useRightsTo } from '../../components/managed.tsx';
import { useSession } from '../../lib/session.tsx';

/** For whoever may look but not act: said once at the top, in place of buttons that do nothing. */
export function ReadOnlyNote() {
  const { role } = useSession();
  const { may, reason } = useRightsTo('billing:write');
  if (may) return null;
  return (
    <Alert color="gray" variant="light" p="sm" icon={<IconInfoCircle aria-hidden />}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">You can look at everything here. {reason}</Text>
        {role !== 'owner' && <AskOwner wish={{ action: 'manage_billing' }} />}
      </Group>
    </Alert>
  );
}
