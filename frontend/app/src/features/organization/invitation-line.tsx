import { Button } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Line } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import { notifyOk } from '../../lib/notify.ts';
import { ROLE_LABELS } from '../../lib/roles.ts';
import type { Invitation } from '../../lib/types.ts';
import { useSecondsLeft, waitWords } from '../../lib/wait.ts';
import { useResend, useRevoke } from './api.ts';

const STATUS: Record<Invitation['status'], [Tone, string]> = {
  open: ['brand', 'Open'],
  expired: ['gray', 'Expired'],
  accepted: ['success', 'Accepted'],
  revoked: ['gray', 'Revoked'],
};

const MAIL: Record<Invitation['mail'], string> = {
  queued: 'mail on its way',
  sent: 'mail sent',
  failed: 'the mail could not be sent',
  unknown: 'mail sent',
};

export function InvitationLine({ invitation }: { invitation: Invitation }) {
  const [tone, word] = STATUS[invitation.status];
  const over = invitation.status === 'accepted' || invitation.status === 'revoked';
  const name = (
    <>
      {invitation.email}
      <ToneBadge tone={tone}>{word}</ToneBadge>
    </>
  );
  return (
    <Line
      name={name}
      action={
        !over && (
          <>
            <Resend invitation={invitation} />
            <Revoke invitation={invitation} />
          </>
        )
      }
    >
      {ROLE_LABELS[invitation.role]} · by {invitation.inviter_name}, {MAIL[invitation.mail]}{' '}
      <RelativeTime iso={invitation.mailed_at} />
      {invitation.status === 'open' && (
        <>
          {' '}
          · ends <RelativeTime iso={invitation.expires_at} />
        </>
      )}
    </Line>
  );
}

function Resend({ invitation }: { invitation: Invitation }) {
  const rights = useRightsTo('members:write');
  const resend = useResend(invitation.id);
  const left = useSecondsLeft(invitation.resend_at ? Date.parse(invitation.resend_at) : 0);
  const send = () => resend.mutate(undefined, { onSuccess: () => notifyOk('A new link is on its way') });
  return (
    <>
      <Managed rights={rights}>
        {(may) => (
          <Button variant="default" size="xs" disabled={!may || left > 0} loading={resend.isPending} onClick={send}>
            {left > 0 ? `Send again in ${waitWords(left)}` : 'Send again'}
            <Spoken>to {invitation.email}</Spoken>
          </Button>
        )}
      </Managed>
      {resend.error && <ErrorState error={resend.error} />}
    </>
  );
}

function Revoke({ invitation }: { invitation: Invitation }) {
  const [open, setOpen] = useState(false);
  const rights = useRightsTo('members:write');
  const revoke = useRevoke(invitation.id);
  const done = () => {
    notifyOk('The invitation is revoked');
    setOpen(false);
  };
  return (
    <>
      <Managed rights={rights}>
        {(may) => (
          <Button variant="default" size="xs" disabled={!may} onClick={() => setOpen(true)}>
            Revoke…<Spoken>{invitation.email}</Spoken>
          </Button>
        )}
      </Managed>
      {open && (
        <ConfirmDialog
          title={`Revoke the invitation of ${invitation.email}?`}
          confirm="Revoke it"
          keep="Keep it"
          pending={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(undefined, { onSuccess: done })}
          onClose={() => setOpen(false)}
        >
          The link in their mail works no more. You can invite them again.
        </ConfirmDialog>
      )}
    </>
  );
}
