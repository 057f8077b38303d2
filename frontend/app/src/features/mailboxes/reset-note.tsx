import { Stack, Text } from '@mantine/core';
import { Disclosure } from '../../components/disclosure.tsx';
import type { Mailbox, MailboxSettings } from '../../lib/types.ts';

const NAMES: Record<keyof MailboxSettings, string> = {
  signature_html: 'Signature',
  sender_name: 'Sender name',
  send_interval_s: 'Sending speed',
  daily_limit: 'Daily limit',
  domain_daily_limit: 'Daily limit per recipient domain',
  warm_up: 'Warm-up',
  warm_up_start: 'Warm-up begins with',
  warm_up_step: 'Warm-up grows by',
  working_days: 'Working days',
  working_from: 'Working hours from',
  working_until: 'Working hours until',
  time_zone: 'Time zone',
  track_opens: 'Open tracking',
  track_clicks: 'Click tracking',
};

const nameOf = (setting: string) => NAMES[setting as keyof MailboxSettings] ?? setting;

/** What survives which kind of reconnect, with what would be lost now by name. */
export function ResetNote({ mailbox }: { mailbox: Mailbox }) {
  const changed = mailbox.changed_settings.map(nameOf);
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        A one-click reconnect keeps all of this. Disconnecting and connecting again resets it to the defaults.
      </Text>
      <Disclosure label="What disconnecting would reset now">
        <Text size="sm">
          {changed.length > 0
            ? `These are not at their defaults and would go back to them: ${changed.join(', ')}.`
            : 'Nothing: everything is at its default.'}{' '}
          Campaigns that send from this mailbox are paused and stay so until somebody resumes them. The slot keeps its
          number.
        </Text>
      </Disclosure>
    </Stack>
  );
}
