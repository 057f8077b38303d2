import { Button, Code, Text } from '@mantine/core';
import { IconDevices } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Line, Lines, Loaded, Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { EmptyState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import type { Device } from '../../lib/types.ts';
import { devicesOptions, useRevokeDevice } from './api.ts';

/** Programs that act as this person: the browser extension and the command line, each where it was let in. */
export default function DevicesTab() {
  const devices = useQuery(devicesOptions());
  return (
    <Part title="Your devices" lead="Programs that you let act as you. Nobody else sees them.">
      <Loaded query={devices} label="Loading devices" heights={[64]}>
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState title="No devices" Icon={IconDevices}>
              Sign in with the browser extension, or on the command line with <Code>mailwarden login</Code>.
            </EmptyState>
          ) : (
            <Lines label="Your devices">
              {data.map((one) => (
                <DeviceLine key={one.id} device={one} />
              ))}
            </Lines>
          )
        }
      </Loaded>
    </Part>
  );
}

function DeviceLine({ device }: { device: Device }) {
  const [open, setOpen] = useState(false);
  const revoke = useRevokeDevice(device.id);
  const action = (
    <Button variant="default" size="xs" onClick={() => setOpen(true)}>
      Sign out…<Spoken>{device.name}</Spoken>
    </Button>
  );
  return (
    <>
      <Line name={`${device.name} · ${device.program}`} action={action}>
        In {device.organization_name} ·{' '}
        {device.last_used_at ? (
          <>
            last used <RelativeTime iso={device.last_used_at} />
          </>
        ) : (
          'never used'
        )}{' '}
        · asks again <RelativeTime iso={device.expires_at} />
        <Text size="sm">{device.scopes.join(', ')}</Text>
      </Line>
      {open && (
        <ConfirmDialog
          title={`Sign out ${device.name}?`}
          confirm="Sign it out"
          pending={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(undefined, { onSuccess: () => notifyOk(`${device.name} is signed out`) })}
          onClose={() => setOpen(false)}
        >
          It is refused from its next call on, and asks you to sign in again.
        </ConfirmDialog>
      )}
    </>
  );
}
