import { Menu, Text } from '@mantine/core';
import { IconBuilding, IconCheck, IconCreditCard, IconLogout, IconSettings } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { MenuParts } from '../../components/menu-later.tsx';
import { useMay, useSession } from '../../lib/session.tsx';
import { useIsPaid } from '../../lib/standing.ts';
import { leaveSession, switchOrganization } from './api.ts';

const ROLES: Record<string, string> = { owner: 'Owner', manager: 'Manager', member: 'Member' };

export default function AccountMenu({ target, opened, onChange }: MenuParts) {
  const { user, organization, organizations, role } = useSession();
  const leave = useMutation({ mutationFn: leaveSession, onSuccess: () => window.location.assign('/sign-in') });
  const paid = useIsPaid();
  const billing = useMay('billing:read') && paid;
  // a full reload: nothing of the other organization may stay in memory
  const change = useMutation({ mutationFn: switchOrganization, onSuccess: () => window.location.assign('/') });
  return (
    <Menu position="bottom-end" width={260} opened={opened} onChange={onChange}>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label c="var(--mantine-color-text)">
          <Text size="sm" fw={600} truncate>
            {user.name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {user.email}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {ROLES[role] ?? role} of {organization.name}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        {organizations.length > 1 &&
          organizations.map((other) => (
            <Menu.Item
              key={other.id}
              leftSection={<IconBuilding size={16} aria-hidden />}
              rightSection={other.id === organization.id && <IconCheck size={16} aria-label="Active" />}
              disabled={other.id === organization.id}
              onClick={() => change.mutate(other.id)}
            >
              {other.name}
            </Menu.Item>
          ))}
        {organizations.length > 1 && <Menu.Divider />}
        <Menu.Item component={Link} to="/settings" leftSection={<IconSettings size={16} aria-hidden />}>
          Settings
        </Menu.Item>
        {billing && (
          <Menu.Item component={Link} to="/settings/billing" leftSection={<IconCreditCard size={16} aria-hidden />}>
            Billing
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
