import { CloseButton, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { panelStyle, toneInk } from '../../components/tones.ts';
import type { Check, TestResult } from '../../lib/types.ts';

const NAMES: Record<Check['name'], string> = {
  token: 'Access',
  identity: 'Account',
  permissions: 'Permissions',
  refresh_token: 'Renewal',
  imap: 'Reading (IMAP)',
  smtp: 'Sending (SMTP)',
};

/** The result of a live check stands beside the button that asked for it. */
export function TestPanel({ result, onDismiss }: { result: TestResult; onDismiss: () => void }) {
  const tone = result.ok ? 'success' : 'danger';
  return (
    <section className="panel" style={panelStyle(tone)} role={result.ok ? 'status' : 'alert'} aria-label="Test result">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm" fw={600}>
          {result.ok ? 'The connection works' : 'The connection does not work'}
          <Text span size="sm" fw={400} c="dimmed">
            {' · '}
            <RelativeTime iso={result.checked_at} />
          </Text>
        </Text>
        <CloseButton size="sm" aria-label="Dismiss test result" onClick={onDismiss} />
      </Group>
      <Stack gap={4} mt={6}>
        {result.checks.map((check) => (
          <CheckLine key={check.name} check={check} />
        ))}
      </Stack>
    </section>
  );
}

function CheckLine({ check }: { check: Check }) {
  const Icon = check.ok ? IconCircleCheck : IconCircleX;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Icon
        size={16}
        color={toneInk(check.ok ? 'success' : 'danger')}
        style={{ flexShrink: 0, marginTop: 2 }}
        aria-label={check.ok ? 'Passed' : 'Failed'}
      />
      <Text size="sm">
        <Text span size="sm" fw={500}>
          {NAMES[check.name] ?? check.name}:
        </Text>{' '}
        {check.detail}
      </Text>
    </Group>
  );
}
