import { Button, Code, Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { IconReload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { BareTable, type Column } from '../../components/data-table.tsx';
import { Copyable, Fact } from '../../components/evidence-list.tsx';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Loaded } from '../../components/part.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { DeliveryAttempt, DeliveryDetail } from '../../lib/types.ts';
import { deliveryOptions, useReplay } from './api.ts';
import { attemptLabel, DeliveryBadge, errorLabel } from './delivery-words.tsx';

type Props = { endpointId: string; deliveryId: string; onClose: () => void };

/** One delivery with its attempts; a test is watched here until its answer is in. */
export function DeliveryDrawer({ endpointId, deliveryId, onClose }: Props) {
  useReturnFocus();
  const delivery = useQuery(deliveryOptions(endpointId, deliveryId));
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title="Delivery">
      <Loaded query={delivery} label="Loading the delivery" heights={[120, 120]}>
        {(one: DeliveryDetail) => <Details delivery={one} />}
      </Loaded>
    </Drawer>
  );
}

function Details({ delivery }: { delivery: DeliveryDetail }) {
  return (
    <Stack>
      <Group gap="xs" role="status">
        <DeliveryBadge status={delivery.status} />
        {delivery.status === 'pending' && delivery.tries === 0 && <Text size="sm">On its way…</Text>}
        {delivery.last_attempt?.error && <Text size="sm">{errorLabel(delivery.last_attempt.error)}</Text>}
      </Group>
      <dl className="facts">
        <Fact name="Event">
          <Code>{delivery.event_type}</Code> {delivery.sequence !== null && `number ${delivery.sequence}`}
        </Fact>
        <Fact name="webhook-id">
          <Copyable text={delivery.message_id} />
        </Fact>
        <Fact name="Since">
          <ExactTime iso={delivery.created_at} />
        </Fact>
        {delivery.next_attempt_at && (
          <Fact name="Next attempt">
            <RelativeTime iso={delivery.next_attempt_at} />
          </Fact>
        )}
      </dl>
      <Title order={3}>Attempts</Title>
      {delivery.attempts.length === 0 ? (
        <Text size="sm" c="dimmed">
          None yet.
        </Text>
      ) : (
        <BareTable columns={ATTEMPTS} rows={delivery.attempts} rowKey={({ at }) => at} look="dense" />
      )}
      {delivery.event_type !== 'webhook.test' && <ReplayButton delivery={delivery} />}
    </Stack>
  );
}

const ATTEMPTS: Column<DeliveryAttempt>[] = [
  { head: 'When', cell: ({ at }) => <ExactTime iso={at} /> },
  { head: 'Answer', cell: (attempt) => attemptLabel(attempt) },
];

function ReplayButton({ delivery }: { delivery: DeliveryDetail }) {
  const rights = useRightsTo('webhooks:write');
  const replay = useReplay(delivery.endpoint_id, delivery.id);
  const send = () => replay.mutate(undefined, { onSuccess: () => notifyOk('Sent again') });
  return (
    <>
      {replay.error && <ErrorState error={replay.error} />}
      <Group>
        <Managed rights={rights} wish={{ action: 'manage_webhooks' }}>
          {(may) => (
            <Button
              variant="default"
              disabled={!may}
              loading={replay.isPending}
              leftSection={<IconReload size={16} aria-hidden />}
              onClick={send}
            >
              Send again
            </Button>
          )}
        </Managed>
      </Group>
    </>
  );
}
