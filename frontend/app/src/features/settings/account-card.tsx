import { Card, SegmentedControl, Stack, Text, Title, useMantineColorScheme } from '@mantine/core';
import { Fact } from '../../components/evidence-list.tsx';
import { useSession } from '../../lib/session.tsx';

const ROLES: Record<string, string> = {
  owner: 'Owner: may do everything',
  manager: 'Manager: may connect, reconnect and change accounts',
  member: 'Member: sees everything, changes nothing',
};

export function AccountCard() {
  const { user, role, organization } = useSession();
  return (
    <Card component="section" aria-label="Account" maw={640}>
      <Stack>
        <Title order={2}>Account</Title>
        <dl className="facts">
          <Fact name="Name">{user.name}</Fact>
          <Fact name="Organization">{organization.name}</Fact>
          <Fact name="Role">{ROLES[role] ?? role}</Fact>
        </dl>
      </Stack>
    </Card>
  );
}

export function AppearanceCard() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Card component="section" aria-label="Appearance" maw={640}>
      <Stack gap="xs">
        <Title order={2}>Appearance</Title>
        <Text size="sm" c="dimmed">
          Kept in this browser.
        </Text>
        <SegmentedControl
          aria-label="Colours"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: 'auto', label: 'Like the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </Stack>
    </Card>
  );
}
