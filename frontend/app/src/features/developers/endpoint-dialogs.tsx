import { Select, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { plural } from '../../lib/numbers.ts';
import type { Endpoint } from '../../lib/types.ts';
import { useDeleteEndpoint, useReplayAll, useRotateSecret } from './api.ts';
import { SecretShown } from './secret-shown.tsx';

type Props = { endpoint: Endpoint; onClose: () => void };

export function RotateSecret({ endpoint, onClose }: Props) {
  const rotate = useRotateSecret(endpoint.id);
  if (rotate.data) return <SecretShown endpoint={rotate.data} onClose={onClose} />;
  return (
    <ConfirmDialog
      title="Rotate the signing secret?"
      confirm="Make a new secret"
      danger={false}
      pending={rotate.isPending}
      error={rotate.error}
      onConfirm={() => rotate.mutate(undefined)}
      onClose={onClose}
    >
      You see the new one once. For 24 hours both sign, so that nothing is refused while you change it on your server.
    </ConfirmDialog>
  );
}

export function DeleteEndpoint({ endpoint, onClose }: Props) {
  const navigate = useNavigate();
  const remove = useDeleteEndpoint(endpoint);
  const done = () => {
    notifyOk('The endpoint is deleted');
    void navigate({ to: '/developers', search: { tab: 'webhooks' } });
  };
  return (
    <ConfirmDialog
      title="Delete this endpoint?"
      confirm="Delete the endpoint"
      keep="Keep it"
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      Its log goes with it, and what waits is not sent any more. To stop for a while, disable it instead.
    </ConfirmDialog>
  );
}

const HOUR_MS = 3_600_000;
const SPANS = [
  { value: '1', label: 'the last hour' },
  { value: '24', label: 'the last 24 hours' },
  { value: '72', label: 'the last 3 days' },
  { value: '720', label: 'the last 30 days' },
];

/** For after a repair: nothing needs to wait for its turn. */
export function ReplayDialog({ endpoint, onClose }: Props) {
  const [hours, setHours] = useState('24');
  const replay = useReplayAll(endpoint.id);
  const act = () => {
    const done = (count: number) => {
      notifyOk(`${plural(count, 'delivery', 'deliveries')} sent again`);
      onClose();
    };
    replay.mutate(new Date(Date.now() - Number(hours) * HOUR_MS).toISOString(), { onSuccess: done });
  };
  return (
    <ConfirmDialog
      title="Send again what was not accepted?"
      confirm="Send again"
      danger={false}
      pending={replay.isPending}
      error={replay.error}
      onConfirm={act}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text size="sm">
          Everything that was given up or waits for its next attempt is sent now, under the same ids as before.
        </Text>
        <Select
          label="From"
          allowDeselect={false}
          value={hours}
          data={SPANS}
          onChange={(value) => setHours(value ?? '24')}
        />
      </Stack>
    </ConfirmDialog>
  );
}
