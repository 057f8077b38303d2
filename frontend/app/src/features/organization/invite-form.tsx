import { Button, Group, Select, TextInput } from '@mantine/core';
import { IconMailPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { ROLE_HINTS, ROLE_LABELS, type Role } from '../../lib/roles.ts';
import { useSession } from '../../lib/session.tsx';
import { useInvite } from './api.ts';

export function InviteForm() {
  const mine = useSession().role;
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const invite = useInvite();
  const wrong = fieldErrors(invite.error);
  const roles = (Object.keys(ROLE_LABELS) as Role[]).filter((one) => one !== 'owner' || mine === 'owner');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const done = () => {
      notifyOk(`${email} is invited`);
      setEmail('');
    };
    invite.mutate({ email, role }, { onSuccess: done });
  };
  return (
    <form onSubmit={submit} aria-label="Invite somebody">
      <Group align="flex-start" gap="sm">
        <TextInput
          flex="1 1 220px"
          type="email"
          label="E-mail"
          description="The link works for this address alone."
          autoComplete="off"
          required
          withAsterisk={false}
          value={email}
          error={wrong['email']}
          onChange={(e) => setEmail(e.target.value)}
        />
        <Select
          flex="1 1 220px"
          label="Role"
          description={ROLE_HINTS[role]}
          allowDeselect={false}
          value={role}
          error={wrong['role']}
          data={roles.map((value) => ({ value, label: ROLE_LABELS[value] }))}
          onChange={(next) => setRole((next ?? 'member') as Role)}
        />
      </Group>
      <Group mt="sm">
        <Button type="submit" loading={invite.isPending} leftSection={<IconMailPlus size={16} aria-hidden />}>
          Send invitation
        </Button>
      </Group>
      {invite.error && Object.keys(wrong).length === 0 && <ErrorState error={invite.error} />}
    </form>
  );
}
