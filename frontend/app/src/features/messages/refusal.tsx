import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconShieldX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ExactTime } from '../../components/relative-time.tsx';
import { BillingLink, ConnectLink, RepairLink } from '../../components/repair-link.tsx';
import { ErrorState } from '../../components/states.tsx';
import { problemCode, problemEvidence, problemText } from '../../lib/problem.ts';
import { useSendingMailbox } from '../../lib/sending.ts';
import type { WayBack } from '../../lib/way-back.ts';

type Props = {
  error: unknown;
  mailboxId: string | null;
  back: WayBack;
  /** `at`: not before. */
  onSend: (at: string | null) => void;
  /** Takes these addresses off the mail. */
  onDrop?: (addresses: string[]) => void;
};

/** The gate's words with the button that belongs to them; what was written stays as it is (B28). */
export function Refusal(props: Props) {
  const code = problemCode(props.error);
  const way = code && Object.hasOwn(WAYS, code) ? WAYS[code] : undefined;
  if (!way) return <ErrorState error={props.error} onRetry={() => props.onSend(null)} />;
  const { title, detail } = problemText(props.error);
  return (
    <Alert
      color="warning"
      variant="light"
      role="alert"
      icon={<IconShieldX aria-hidden />}
      title="Not sent. It is kept."
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{detail ?? title}</Text>
        {way(props)}
      </Stack>
    </Alert>
  );
}

const repair = (props: Props): ReactNode => <Repair {...props} />;
const again = ({ onSend }: Props): ReactNode => (
  <Button size="xs" variant="default" onClick={() => onSend(null)}>
    Try again
  </Button>
);

const WAYS: Record<string, (props: Props) => ReactNode> = {
  no_active_integration: ({ back }) => <ConnectLink back={back} />,
  connection_inactive: repair,
  permission_missing: repair,
  connection_disconnected: () => 'Choose another mailbox above.',
  connection_verifying: again,
  connection_connecting: again,
  rate_limited: again,
  subscription_inactive: ({ back }) => <BillingLink back={back} />,
  plan_limit_reached: ({ back }) => <BillingLink back={back} />,
  role_required: () => 'Choose a mailbox of your own or of the organization, or ask whose mailbox it is.',
  suppressed: (props) => <Suppressed {...props} />,
  daily_limit: (props) => <Tomorrow {...props} />,
  mailbox_required: () => null,
  no_recipient: () => null,
  attachments_refused: () => null,
};

function Repair({ mailboxId, back }: Props) {
  const mailbox = useSendingMailbox(mailboxId);
  return mailbox ? <RepairLink mailbox={mailbox} back={back} /> : <ConnectLink back={back} />;
}

function Suppressed({ error, onDrop }: Props) {
  const gone = Object.keys((problemEvidence(error)['suppressed'] as object | undefined) ?? {});
  return (
    <Group gap="xs">
      {onDrop && gone.length > 0 && (
        <Button size="xs" onClick={() => onDrop(gone)}>
          Remove {gone.length === 1 ? gone[0] : `these ${gone.length} addresses`} from this email
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        renderRoot={(props) => (
          <Link {...props} to="/messages/suppressions" search={gone.length === 1 ? { q: gone[0] } : {}} />
        )}
      >
        See the suppression list
      </Button>
    </Group>
  );
}

function Tomorrow({ error, onSend }: Props) {
  const from = problemEvidence(error)['from'];
  if (typeof from !== 'string') return null;
  return (
    <Group gap="xs">
      <Button size="xs" onClick={() => onSend(from)}>
        Send it then
      </Button>
      <Text size="sm">
        From <ExactTime iso={from} /> on.
      </Text>
    </Group>
  );
}
