import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Line } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { ROLE_HINTS, ROLE_LABELS, type Role } from '../../lib/roles.ts';
import { useSession } from '../../lib/session.tsx';
import type { Member } from '../../lib/types.ts';
import { useChangeRole, useRemoveMember } from './api.ts';

export function MemberLine({ member }: { member: Member }) {
  const { may, reason } = useRightsTo('members:write');
  const rights = { may: may && member.may_change, reason: member.refusal ?? reason };
  const name = (
    <>
      {member.name}
      {member.you && <ToneBadge tone="brand">You</ToneBadge>}
    </>
  );
  const action = (
    <>
      <Managed rights={rights}>{(able) => <RoleSelect member={member} disabled={!able} />}</Managed>
      {!member.you && <Managed rights={rights}>{(able) => <Remove member={member} disabled={!able} />}</Managed>}
    </>
  );
  return (
    <Line name={name} action={action}>
      {member.email} · joined <RelativeTime iso={member.joined_at} />
    </Line>
  );
}

type ControlProps = { member: Member; disabled: boolean };

/** Giving away the organization, or one's own rights, is asked for once more. */
function RoleSelect({ member, disabled }: ControlProps) {
  const mine = useSession().role;
  const [asked, setAsked] = useState<Role | null>(null);
  const change = useChangeRole(member.id);
  const set = (role: Role) =>
    change.mutate(role, {
      onSuccess: () => {
        notifyOk(`${member.name} is ${ROLE_LABELS[role].toLowerCase()} now`);
        setAsked(null);
      },
    });
  const choose = (role: Role) => {
    if (role === member.role) return;
    change.reset();
    if (member.you || role === 'owner') setAsked(role);
    else set(role);
  };
  const roles = (Object.keys(ROLE_LABELS) as Role[]).filter(
    (role) => role !== 'owner' || mine === 'owner' || member.role === role,
  );
  return (
    <>
      <Select
        w={130}
        size="xs"
        aria-label={`Role of ${member.name}`}
        disabled={disabled || change.isPending}
        allowDeselect={false}
        value={member.role}
        data={roles.map((value) => ({ value, label: ROLE_LABELS[value] }))}
        onChange={(role) => role && choose(role as Role)}
      />
      {change.error && !asked && <ErrorState error={change.error} />}
      {asked && (
        <ConfirmDialog
          title={member.you ? 'Change your own role?' : `Make ${member.name} an owner?`}
          confirm={`Make ${member.you ? 'me' : 'them'} ${ROLE_LABELS[asked].toLowerCase()}`}
          danger={member.you}
          pending={change.isPending}
          error={change.error}
          onConfirm={() => set(asked)}
          onClose={() => setAsked(null)}
        >
          {ROLE_HINTS[asked]} {member.you && 'Only somebody else can give you back what you have now.'}
        </ConfirmDialog>
      )}
    </>
  );
}

function Remove({ member, disabled }: ControlProps) {
  const [open, setOpen] = useState(false);
  const remove = useRemoveMember(member.id);
  const act = () => remove.mutate(undefined, { onSuccess: () => notifyOk(`${member.name} is removed`) });
  return (
    <>
      <Button variant="default" size="xs" disabled={disabled} onClick={() => setOpen(true)}>
        Remove…<Spoken>{member.name}</Spoken>
      </Button>
      {open && (
        <ConfirmDialog
          title={`Remove ${member.name}?`}
          confirm={`Remove ${member.name}`}
          pending={remove.isPending}
          error={remove.error}
          onConfirm={act}
          onClose={() => setOpen(false)}
        >
          They lose access to this organization at once, and so do their API keys and devices. What they connected
          stays, and is listed here where it hangs on an account of theirs.
        </ConfirmDialog>
      )}
    </>
  );
}
