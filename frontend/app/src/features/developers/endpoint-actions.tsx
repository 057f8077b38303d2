import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import {
  IconDots,
  IconKey,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconReload,
  IconTrash,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { toneInk } from '../../components/tones.ts';
import { notifyError, notifyOk } from '../../lib/notify.ts';
import type { Endpoint } from '../../lib/types.ts';
import { useSendTest, useUpdateEndpoint } from './api.ts';

const dialogs = () => import('./endpoint-dialogs.tsx');
const DeleteEndpoint = lazy(async () => ({ default: (await dialogs()).DeleteEndpoint }));
const ReplayDialog = lazy(async () => ({ default: (await dialogs()).ReplayDialog }));
const RotateSecret = lazy(async () => ({ default: (await dialogs()).RotateSecret }));
const EditEndpointDialog = lazy(async () => ({ default: (await import('./endpoint-dialog.tsx')).EditEndpointDialog }));

type Opened = 'edit' | 'rotate' | 'replay' | 'delete' | null;

export function EndpointActions({ endpoint }: { endpoint: Endpoint }) {
  const [open, setOpen] = useState<Opened>(null);
  const rights = useRightsTo('webhooks:write');
  const close = () => setOpen(null);
  return (
    <Group gap="xs">
      <Managed rights={rights}>{(may) => <TestButton endpoint={endpoint} disabled={!may} />}</Managed>
      <Managed rights={rights} wish={{ action: 'manage_webhooks' }}>
        {(may) => <Switch endpoint={endpoint} disabled={!may} />}
      </Managed>
      {rights.may && <More onOpen={setOpen} />}
      <Suspense fallback={null}>
        {open === 'edit' && <EditEndpointDialog endpoint={endpoint} onClose={close} />}
        {open === 'rotate' && <RotateSecret endpoint={endpoint} onClose={close} />}
        {open === 'replay' && <ReplayDialog endpoint={endpoint} onClose={close} />}
        {open === 'delete' && <DeleteEndpoint endpoint={endpoint} onClose={close} />}
      </Suspense>
    </Group>
  );
}

type ButtonProps = { endpoint: Endpoint; disabled: boolean };

/** Opens the delivery, where one sees what came of it. */
function TestButton({ endpoint, disabled }: ButtonProps) {
  const navigate = useNavigate();
  const test = useSendTest(endpoint.id);
  const show = ({ id }: { id: string }) =>
    void navigate({
      to: '/developers/webhooks/$endpoint',
      params: { endpoint: endpoint.id },
      search: { delivery: id },
      resetScroll: false,
    });
  return (
    <Button
      disabled={disabled}
      loading={test.isPending}
      onClick={() => test.mutate(undefined, { onSuccess: show, onError: notifyError })}
    >
      Send a test
    </Button>
  );
}

function Switch({ endpoint, disabled }: ButtonProps) {
  const update = useUpdateEndpoint(endpoint);
  const { enabled } = endpoint;
  const done = () => notifyOk(enabled ? 'The endpoint is disabled' : 'The endpoint is enabled');
  return (
    <Button
      variant="default"
      disabled={disabled}
      loading={update.isPending}
      leftSection={enabled ? <IconPlayerPause size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />}
      onClick={() => update.mutate({ enabled: !enabled }, { onSuccess: done, onError: notifyError })}
    >
      {enabled ? 'Disable' : 'Enable'}
    </Button>
  );
}

function More({ onOpen }: { onOpen: (what: Opened) => void }) {
  return (
    <Menu position="bottom-end" width={220} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="More actions for the endpoint">
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => onOpen('edit')}>
          Edit…
        </Menu.Item>
        <Menu.Item leftSection={<IconReload size={16} aria-hidden />} onClick={() => onOpen('replay')}>
          Send again…
        </Menu.Item>
        <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={() => onOpen('rotate')}>
          Rotate the secret…
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          c={toneInk('danger')}
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => onOpen('delete')}
        >
          Delete…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
