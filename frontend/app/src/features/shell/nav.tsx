import { AppShell, Badge, CloseButton, Group, NavLink, Text, VisuallyHidden } from '@mantine/core';
import {
  IconActivityHeartbeat,
  IconBell,
  IconCode,
  IconGauge,
  IconHelp,
  IconLayoutDashboard,
  IconMail,
  IconMailForward,
  IconPlug,
  IconSend,
  IconSettings,
  IconStethoscope,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link, useLocation } from '@tanstack/react-router';
import { plural } from '../../lib/numbers.ts';

export const PAGES: { to: string; label: string; Icon: TablerIcon }[] = [
  { to: '/dashboard', label: 'Dashboard', Icon: IconLayoutDashboard },
  { to: '/integrations', label: 'Integrations', Icon: IconPlug },
  { to: '/campaigns', label: 'Campaigns', Icon: IconSend },
  { to: '/messages', label: 'My Emails', Icon: IconMail },
  { to: '/outreach', label: 'Outreach', Icon: IconMailForward },
  { to: '/deliverability', label: 'Deliverability', Icon: IconGauge },
  { to: '/alerts', label: 'Alerts', Icon: IconBell },
  { to: '/diagnostics', label: 'Diagnostics', Icon: IconStethoscope },
  { to: '/status', label: 'Status', Icon: IconActivityHeartbeat },
  { to: '/developers', label: 'Developers', Icon: IconCode },
  { to: '/settings', label: 'Settings', Icon: IconSettings },
  { to: '/help', label: 'Help', Icon: IconHelp },
];

export function Nav({ unread, onNavigate }: { unread: number; onNavigate: () => void }) {
  const { pathname } = useLocation();
  return (
    <AppShell.Navbar p="sm" aria-label="Main">
      <Group gap="xs" px="sm" py="xs" mb="xs">
        <img src="/favicon.svg" width={24} height={24} alt="" />
        <Text fw={600} flex={1}>
          Mailwarden
        </Text>
        <CloseButton hiddenFrom="sm" size="lg" aria-label="Close navigation" onClick={onNavigate} />
      </Group>
      {PAGES.map(({ to, label, Icon }) => {
        const active = pathname === to || pathname.startsWith(`${to}/`);
        return (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            className="nav-link"
            leftSection={<Icon size={18} aria-hidden />}
            rightSection={to === '/alerts' && unread > 0 && <UnreadBadge unread={unread} />}
            active={active}
            aria-current={active ? 'page' : undefined}
            onClick={onNavigate}
          />
        );
      })}
    </AppShell.Navbar>
  );
}

function UnreadBadge({ unread }: { unread: number }) {
  return (
    <Badge size="sm" variant="filled" color="danger.7" circle={unread < 10}>
      <span aria-hidden>{unread > 99 ? '99+' : unread}</span>
      <VisuallyHidden>{plural(unread, 'unread alert')}</VisuallyHidden>
    </Badge>
  );
}
