import { lazy, Suspense } from 'react';
import type { Connection } from '../../lib/types.ts';

const DisconnectDialog = lazy(() => import('./disconnect-dialog.tsx'));
const ReconnectDialog = lazy(() => import('./reconnect-dialog.tsx'));

export type Opened = 'reconnect' | 'disconnect' | null;
type Props = { connection: Connection; providerLabel: string; open: Opened; onOpen: (open: Opened) => void };

/** The two ways to renew an account. Each leads to the other, so that nobody takes the wrong one (D10). */
export function AccountDialogs({ connection, providerLabel, open, onOpen }: Props) {
  const close = () => onOpen(null);
  return (
    <Suspense fallback={null}>
      {open === 'disconnect' && (
        <DisconnectDialog connection={connection} onClose={close} onReconnect={() => onOpen('reconnect')} />
      )}
      {open === 'reconnect' && (
        <ReconnectDialog
          connection={connection}
          providerLabel={providerLabel}
          onClose={close}
          onDisconnect={() => onOpen('disconnect')}
        />
      )}
    </Suspense>
  );
}
