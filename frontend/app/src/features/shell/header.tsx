import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Kbd,
  Text,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { UserMenu } from './user-menu.tsx';

type Props = { opened: boolean; onToggle: () => void; onSearch: () => void };

export function Header({ opened, onToggle, onSearch }: Props) {
  return (
    <AppShell.Header px="md">
      <Group h="100%" justify="space-between" wrap="nowrap">
        <Group gap="sm" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={onToggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={opened ? 'Close navigation' : 'Open navigation'}
            aria-expanded={opened}
          />
          <SearchButton onClick={onSearch} />
        </Group>
        <Group gap="xs" wrap="nowrap">
          <SchemeToggle />
          <UserMenu />
        </Group>
      </Group>
    </AppShell.Header>
  );
}

function SearchButton({ onClick }: { onClick: () => void }) {
  return (
    <UnstyledButton
      onClick={onClick}
      aria-keyshortcuts="Control+K Meta+K"
      px="sm"
      py={6}
      bd="1px solid var(--mantine-color-default-border)"
      bdrs="md"
    >
      <Group gap="xs" wrap="nowrap">
        <IconSearch size={16} aria-hidden />
        <Text size="sm" c="dimmed" visibleFrom="xs">
          Jump to…
        </Text>
        <VisuallyHidden hiddenFrom="xs">Jump to a page</VisuallyHidden>
        <Kbd size="xs" visibleFrom="xs" aria-hidden>
          Ctrl K
        </Kbd>
      </Group>
    </UnstyledButton>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const label = dark ? 'Use light colours' : 'Use dark colours';
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(dark ? 'light' : 'dark')}
      >
        {dark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
