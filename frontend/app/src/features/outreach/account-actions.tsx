import { Button } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Spoken } from '../../components/spoken.tsx';
import { notifyError, notifyOk } from '../../lib/notify.ts';
import type { OutreachAccount, OutreachTroubleAccount } from '../../lib/types.ts';
import { rememberWayBack } from '../../lib/way-back.ts';
import type { Versioned } from './api.ts';
import { useReAdd } from './changes.ts';

const RemoveDialog = lazy(() => import('./remove-account.tsx'));

type Props = { campaign: Versioned; account: OutreachAccount; trouble: OutreachTroubleAccount | undefined };

/** One click re-adds; while the account is still away, that is remembered and done with the reconnect. */
export function AccountActions({ campaign, account, trouble }: Props) {
  const [removing, setRemoving] = useState(false);
  const may = campaign.may_change && campaign.state !== 'archived';
  const removed = account.state === 'removed';
  return (
    <>
      {removed && may && !trouble?.wanted_back && <ReAdd campaign={campaign} account={account} />}
      {trouble?.action.code === 'reconnect' && <Reconnect campaign={campaign} account={account} />}
      {!removed && may && (
        <Button size="xs" variant="subtle" color="gray" onClick={() => setRemoving(true)}>
          Remove…
          <Spoken>{account.address}</Spoken>
        </Button>
      )}
      {removing && (
        <Suspense fallback={null}>
          <RemoveDialog campaign={campaign} account={account} onClose={() => setRemoving(false)} />
        </Suspense>
      )}
    </>
  );
}

function ReAdd({ campaign, account }: Omit<Props, 'trouble'>) {
  const reAdd = useReAdd(campaign.id);
  return (
    <Button
      size="xs"
      loading={reAdd.isPending}
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={() =>
        reAdd.mutate(account.id, {
          onSuccess: ({ waits, detail }) => notifyOk(waits ? 'Remembered' : `${account.address} is back`, detail),
          onError: notifyError,
        })
      }
    >
      Re-add
      <Spoken>{account.address}</Spoken>
    </Button>
  );
}

/** Reconnecting happens on the account’s own page, which leads back here. */
function Reconnect({ campaign, account }: Omit<Props, 'trouble'>) {
  const path = `/outreach/${campaign.id}?tab=accounts`;
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPlugConnected size={14} aria-hidden />}
      onClick={() => rememberWayBack({ path, label: `the campaign “${campaign.name}”` })}
      renderRoot={(props) => (
        <Link
          {...props}
          to="/integrations/$provider"
          params={{ provider: account.provider }}
          search={{ account: account.connection_id }}
        />
      )}
    >
      Reconnect
      <Spoken>{account.address}</Spoken>
    </Button>
  );
}
