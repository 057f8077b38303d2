import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconInfoCircle, IconPlayerPause, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { Connection, DisconnectPreview } from '../../lib/types.ts';
import { accountName } from './accounts.ts';
import { previewOptions, useDisconnect } from './api.ts';
import { Consequences } from './consequences.tsx';

export default function DisconnectDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  useReturnFocus();
  const preview = useQuery(previewOptions(connection.id));
  const disconnect = useDisconnect(connection.id);
  const name = accountName(connection);
  const confirm = () =>
    disconnect.mutate(undefined, {
      onSuccess: () => {
        notifyOk(`${name} is disconnected`, 'Its data stay readable. Connect it again at any time.');
        onClose();
      },
    });
  return (
    <Modal opened onClose={onClose} title={`Disconnect ${name}?`}>
      <Stack gap="lg">
        {preview.data && <Preview preview={preview.data} />}
        {preview.isPending && <LoadingBlocks label="Loading consequences" heights={[64, 64, 64]} />}
        {(preview.error ?? disconnect.error) && <ErrorState error={preview.error ?? disconnect.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep it
          </Button>
          <Button color="danger" disabled={!preview.data} loading={disconnect.isPending} onClick={confirm}>
            Disconnect
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Preview({ preview }: { preview: DisconnectPreview }) {
  return (
    <>
      <Consequences title="Stops" lines={preview.stops} Icon={IconPlayerPause} tone="danger" />
      <Consequences title="Is reset" lines={preview.resets} Icon={IconArrowBackUp} tone="warning" />
      <Consequences title="Stays" lines={preview.keeps} Icon={IconShieldCheck} tone="success" />
      {preview.advice && (
        <Alert p="sm" color="gray" variant="light" icon={<IconInfoCircle aria-hidden />}>
          <Text size="sm">{preview.advice}</Text>
        </Alert>
      )}
    </>
  );
}
