import { Button, Modal, Stack } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { takesPassword } from '../../lib/kinds.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { Connection, Way } from '../../lib/types.ts';
import { accountName } from './accounts.ts';
import { previewOptions, useReconnect } from './api.ts';
import { WayPanel } from './way-panel.tsx';

const RenewForm = lazy(() => import('./password/renew-form.tsx'));

type Props = { connection: Connection; providerLabel: string; onClose: () => void; onDisconnect: () => void };

/** Both ways to repair a connection, with their consequences before the click (D6, D10). */
export default function ReconnectDialog({ connection, providerLabel, onClose, onDisconnect }: Props) {
  useReturnFocus();
  const gone = connection.status === 'disconnected'; // there is nothing left to disconnect
  const preview = useQuery({ ...previewOptions(connection.id), enabled: !gone });
  const way = (code: Way['code']) => preview.data?.ways.find((one) => one.code === code);
  const oneClick = way('one_click') ?? afresh(accountName(connection));
  const twoStep = way('two_step');
  return (
    <Modal opened onClose={onClose} size="lg" title={`Reconnect ${accountName(connection)}`}>
      <Stack gap="md">
        {preview.isLoading ? (
          <LoadingBlocks label="Loading both ways" heights={[190, 190]} />
        ) : (
          <WayPanel way={oneClick}>
            {takesPassword(connection.provider) ? (
              <Suspense fallback={<LoadingBlocks label="Loading the form" heights={[60]} />}>
                <RenewForm connection={connection} onDone={onClose} />
              </Suspense>
            ) : (
              <AtProvider connection={connection} providerLabel={providerLabel} />
            )}
          </WayPanel>
        )}
        {twoStep && (
          <WayPanel way={twoStep}>
            <Button variant="default" onClick={onDisconnect}>
              Disconnect…
            </Button>
          </WayPanel>
        )}
      </Stack>
    </Modal>
  );
}

/** Where the server was not asked, or could not say: what holds of every reconnect. */
const afresh = (name: string): Way => ({
  code: 'one_click',
  title: 'Reconnect',
  recommended: true,
  when: 'Sign in again with the same account.',
  consequences: [
    `Only ${name} is accepted; another account changes nothing.`,
    'Every setting and all history stay as they are.',
    'What was missed meanwhile is read; a receipt shows what came back.',
  ],
});

function AtProvider({ connection, providerLabel }: Pick<Props, 'connection' | 'providerLabel'>) {
  const reconnect = useReconnect(connection.id);
  return (
    <Stack gap="sm" align="flex-start">
      {reconnect.error && <ErrorState error={reconnect.error} />}
      <Button
        data-autofocus
        rightSection={<IconExternalLink size={16} aria-hidden />}
        loading={reconnect.isPending || reconnect.isSuccess}
        onClick={() => reconnect.mutate()}
      >
        Reconnect at {providerLabel}
      </Button>
    </Stack>
  );
}
