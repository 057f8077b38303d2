import { Avatar, UnstyledButton } from '@mantine/core';
import { type ComponentProps, lazy } from 'react';
import { MenuLater } from '../../components/menu-later.tsx';
import { useSession } from '../../lib/session.tsx';

const load = () => import('./account-menu.tsx');
const AccountMenu = lazy(load);

export function UserMenu() {
  return <MenuLater preload={load} face={face} menu={(parts) => <AccountMenu {...parts} />} />;
}

const face = (props: ComponentProps<'button'>) => <Face {...props} />;

function Face(props: ComponentProps<'button'>) {
  const { user } = useSession();
  return (
    <UnstyledButton {...props} aria-label={`${initials(user.name)}, account menu`} bdrs="xl">
      <Avatar size={32} color="brand" variant="filled" aria-hidden styles={{ placeholder: { fontSize: 13 } }}>
        {initials(user.name)}
      </Avatar>
    </UnstyledButton>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => word?.charAt(0) ?? '');
  return letters.join('').toUpperCase() || '?';
}
