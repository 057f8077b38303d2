import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { SendingMailbox } from '../lib/types.ts';
import { rememberWayBack, type WayBack } from '../lib/way-back.ts';

type Props = { mailbox: SendingMailbox; back: WayBack | null };

/** To the account that a mailbox sends by, where it is repaired, and back here afterwards (B30). */
export function RepairLink({ mailbox, back }: Props) {
  const { action, provider, connection_id: account } = mailbox;
  if (!action || action.code === 'wait') return null;
  if (action.code === 'open_billing') return <BillingLink back={back} />;
  return (
    <Button
      size="xs"
      onClick={() => back && rememberWayBack(back)}
      renderRoot={(props) => (
        <Link {...props} to="/integrations/$provider" params={{ provider }} search={{ account }} />
      )}
    >
      {action.label}
    </Button>
  );
}

export function ConnectLink({ back, label = 'Connect a mailbox' }: { back: WayBack | null; label?: string }) {
  return (
    <Button
      size="xs"
      onClick={() => back && rememberWayBack(back)}
      renderRoot={(props) => <Link {...props} to="/integrations" hash="mailboxes" />}
    >
      {label}
    </Button>
  );
}

export function BillingLink({ back }: { back: WayBack | null }) {
  return (
    <Button
      size="xs"
      onClick={() => back && rememberWayBack(back)}
      renderRoot={(props) => <Link {...props} to="/settings/billing" />}
    >
      Open billing
    </Button>
  );
}
