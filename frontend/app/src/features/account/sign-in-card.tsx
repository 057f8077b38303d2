import { Button, Text } from '@mantine/core';
import { IconCheck, IconClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Part } from '../../components/part.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { panelStyle } from '../../components/tones.ts';
import { notifyOk } from '../../lib/notify.ts';
import { useSession } from '../../lib/session.tsx';
import type { AccountAddress } from '../../lib/types.ts';
import { emailOptions, useCancelEmailChange } from './api.ts';
import { EmailDialog } from './email-dialog.tsx';
import { NeedsPassword, Row, useHasPassword } from './parts.tsx';
import { PasswordDialog } from './password-dialog.tsx';

export function SignInCard() {
  const [open, setOpen] = useState<'email' | 'password' | null>(null);
  const { user } = useSession();
  const hasPassword = useHasPassword();
  const address = useQuery(emailOptions()).data;
  const close = () => setOpen(null);
  return (
    <Part title="Sign-in">
      <Row
        name={user.email}
        action={
          hasPassword &&
          user.email_verified && (
            <Button variant="default" onClick={() => setOpen('email')}>
              Change e-mail…
            </Button>
          )
        }
      >
        <Proof verified={user.email_verified} />
      </Row>
      {address?.pending_email && <Pending address={address} to={address.pending_email} />}
      {hasPassword ? (
        <Row
          name="Password"
          action={
            <Button variant="default" onClick={() => setOpen('password')}>
              Change password…
            </Button>
          }
        >
          A new one signs your other browsers out.
        </Row>
      ) : (
        <NeedsPassword />
      )}
      {open === 'email' && <EmailDialog onClose={close} />}
      {open === 'password' && <PasswordDialog onClose={close} />}
    </Part>
  );
}

function Proof({ verified }: { verified: boolean }) {
  return verified ? (
    <ToneBadge tone="success" Icon={IconCheck}>
      Confirmed
    </ToneBadge>
  ) : (
    <ToneBadge tone="warning" Icon={IconClock}>
      To be confirmed
    </ToneBadge>
  );
}

function Pending({ address, to }: { address: AccountAddress; to: string }) {
  const cancel = useCancelEmailChange();
  const stop = () => cancel.mutate(undefined, { onSuccess: () => notifyOk('Your address stays as it is') });
  return (
    <section className="panel" style={panelStyle('warning')} aria-label="Change of address">
      <Text size="sm" fw={500} className="break-anywhere">
        Waits for confirmation: {to}
      </Text>
      <Text size="sm" className="break-anywhere" mt={2} mb="sm">
        We mailed a link there from {address.sender}; look into the spam folder, too.
        {address.expires_at && (
          <>
            {' '}
            It works until <ExactTime iso={address.expires_at} />.
          </>
        )}{' '}
        Until then {address.email} signs in.
      </Text>
      {cancel.error && <ErrorState error={cancel.error} />}
      <Button variant="default" size="xs" loading={cancel.isPending} onClick={stop}>
        Cancel change
      </Button>
    </section>
  );
}
