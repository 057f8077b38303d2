import { Button, Group, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactElement, Suspense } from 'react';
import { AskBeside } from '../../components/ask-beside.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { useBlocked } from '../../lib/standing.ts';
import type { Connection, Mailbox, MailboxAction } from '../../lib/types.ts';
import { accountName, wishFor } from '../connections/accounts.ts';

/** Only members need it. */
const AskReconnect = lazy(() => import('../connections/ask-reconnect.tsx'));

type Handlers = Partial<Record<MailboxAction['code'], () => void>>;
type Props = { mailbox: Mailbox; on: Handlers; busy: MailboxAction['code'] | null };

/** The one button that stands out; a working mailbox needs none. */
const RIGHT: Record<Mailbox['status'], MailboxAction['code'] | null> = {
  successful: null,
  failed: 'reconnect',
  empty: 'connect',
};

/** What needs a plan; to look after a mailbox and to disconnect it does not. */
const PAID: MailboxAction['code'][] = ['test', 'connect', 'reconnect'];

/** The slot's own buttons, as the server offers them: what is not allowed stays visible, with its reason. */
export function MailboxButtons({ mailbox, on, busy }: Props) {
  const blocked = useBlocked();
  const offered = mailbox.actions.map((action) =>
    blocked && action.allowed && PAID.includes(action.code) ? { ...action, allowed: false, reason: blocked } : action,
  );
  const name = mailbox.connection?.account_label ?? `slot ${mailbox.number}`;
  const right = RIGHT[mailbox.status];
  const barred = mailbox.actions.some((action) => !action.allowed);
  return (
    <Group gap="xs">
      {offered.map((action) => (
        <WithReason key={action.code} reason={action.allowed ? null : action.reason}>
          <Button
            size="xs"
            variant={action.code === right ? 'filled' : 'default'}
            disabled={!action.allowed}
            loading={busy === action.code}
            onClick={on[action.code]}
          >
            {action.label}
            <Spoken>{name}</Spoken>
          </Button>
        </WithReason>
      ))}
      {barred && mailbox.connection && <AskAbout mailbox={mailbox} connection={mailbox.connection} />}
    </Group>
  );
}

/** Somebody else's mailbox: a broken one is to be reconnected, another is to be changed. */
function AskAbout({ mailbox, connection }: { mailbox: Mailbox; connection: Connection }) {
  const what = `Please look at ${accountName(connection)}, mailbox slot ${mailbox.number}, in Mailwarden:`;
  if (mailbox.status !== 'failed') {
    return <AskBeside wish={{ action: 'change_connection', ...wishFor(connection) }} size="xs" />;
  }
  return (
    <Suspense fallback={null}>
      <AskReconnect connection={connection} what={what} size="xs" />
    </Suspense>
  );
}

function WithReason({ reason, children }: { reason: string | null | undefined; children: ReactElement }) {
  if (!reason) return children;
  return (
    <Tooltip label={reason}>
      {/* a disabled button takes no focus, so its wrapper does */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users need the reason too */}
      <span tabIndex={0} style={{ display: 'inline-flex' }}>
        {children}
      </span>
    </Tooltip>
  );
}

export function AddMailbox() {
  return (
    <Button size="sm" renderRoot={(props) => <Link {...props} to="/integrations" hash="mailboxes" />}>
      Add mailbox
    </Button>
  );
}
