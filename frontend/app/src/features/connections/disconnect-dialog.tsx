import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconInfoCircle, IconPlayerPause, IconShieldCheck, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { plural } from '../../lib/numbers.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { absolute } from '../../lib/time.ts';
import type { Connection, DisconnectPreview, PreviewLine } from '../../lib/types.ts';
import { accountName } from './accounts.ts';
import { previewOptions, useDisconnect } from './api.ts';
import { Consequences } from './consequences.tsx';
import { WayPanel } from './way-panel.tsx';

type Props = { connection: Connection; onClose: () => void; onReconnect?: () => void };

export default function DisconnectDialog({ connection, onClose, onReconnect }: Props) {
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
    <Modal opened onClose={onClose} size="lg" title={`Disconnect ${name}?`}>
      <Stack gap="lg">
        {preview.data && <Preview preview={preview.data} onReconnect={onReconnect} />}
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

function Preview({ preview, onReconnect }: { preview: DisconnectPreview; onReconnect: Props['onReconnect'] }) {
  const zone = useTimeZone();
  const other = preview.ways.find((way) => way.code === 'one_click');
  const reset = preview.slot_number === null ? 'Is reset' : `Is reset in slot ${preview.slot_number}`;
  return (
    <>
      <Consequences title="Stops" lines={preview.stops} Icon={IconPlayerPause} tone="danger" />
      <Consequences title={stake(preview)} lines={paused(preview, zone)} Icon={IconUsers} tone="danger" />
      <Consequences title={reset} lines={preview.resets} Icon={IconArrowBackUp} tone="warning" inline />
      <Consequences title="Stays" lines={preview.keeps} Icon={IconShieldCheck} tone="success" />
      {preview.advice && (
        <Alert p="sm" color="gray" variant="light" icon={<IconInfoCircle aria-hidden />}>
          <Text size="sm">{preview.advice}</Text>
        </Alert>
      )}
      {other && onReconnect && (
        <WayPanel way={other}>
          <Button variant="default" onClick={onReconnect}>
            Reconnect instead…
          </Button>
        </WayPanel>
      )}
    </>
  );
}

const stake = ({ recipients_at_stake: people }: DisconnectPreview) =>
  `Campaigns: ${plural(people, 'recipient')} at stake`;

/** Which campaigns, how many people in each, what becomes of them, and from when on they would miss a mail. */
const paused = ({ pauses }: DisconnectPreview, zone: string): PreviewLine[] =>
  pauses.map(({ name, detail, recipients, next_send_at: next }) => ({
    title: name,
    detail: `${plural(recipients, 'recipient')}. ${detail}${next ? ` Next mail: ${absolute(next, zone)}.` : ''}`,
  }));
