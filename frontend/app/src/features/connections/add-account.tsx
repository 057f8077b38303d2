import { Button, Group } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Managed } from '../../components/managed.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { isMailbox } from '../../lib/kinds.ts';
import type { Integration } from '../../lib/types.ts';
import { ConnectFlow } from './connect-flow.tsx';
import { useConnectRights } from './rights.ts';

/** Opens a new authorization: the first account of a provider, or one more (B19). */
export function AddAccount({ integration, first = false }: { integration: Integration; first?: boolean }) {
  const [open, setOpen] = useState(false);
  const rights = useConnectRights(integration);
  const Icon = first ? IconPlugConnected : IconPlus;
  return (
    <Group gap="xs">
      <Managed rights={rights} wish={{ action: 'connect', provider: integration.provider, about: integration.label }}>
        {(may) => (
          <Button
            variant={first ? 'filled' : 'default'}
            disabled={!may || !integration.configured}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => setOpen(true)}
          >
            {first ? 'Connect' : `Add ${isMailbox(integration) ? 'mailbox' : 'account'}`}
            <Spoken>{first ? integration.label : `to ${integration.label}`}</Spoken>
          </Button>
        )}
      </Managed>
      {open && <ConnectFlow integration={integration} onClose={() => setOpen(false)} />}
    </Group>
  );
}
