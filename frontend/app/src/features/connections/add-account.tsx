import { Button } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { Managed } from '../../components/managed.tsx';
import { Spoken } from '../../components/spoken.tsx';
import type { Integration } from '../../lib/types.ts';

const ConnectDialog = lazy(() => import('./connect-dialog.tsx'));

/** Opens a new authorization: the first account of a provider, or one more (B19). */
export function AddAccount({ integration, first = false }: { integration: Integration; first?: boolean }) {
  const [open, setOpen] = useState(false);
  const Icon = first ? IconPlugConnected : IconPlus;
  return (
    <>
      <Managed>
        {(may) => (
          <Button
            variant={first ? 'filled' : 'default'}
            disabled={!may || !integration.configured}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => setOpen(true)}
          >
            {first ? 'Connect' : 'Add account'}
            <Spoken>{first ? integration.label : `to ${integration.label}`}</Spoken>
          </Button>
        )}
      </Managed>
      {open && (
        <Suspense fallback={null}>
          <ConnectDialog integration={integration} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
