import { Text } from '@mantine/core';
import type { AlertSettings } from '../../lib/types.ts';

const onOff = (on: boolean) => (on ? 'on' : 'off');

/** After a refusal: what somebody else saved, beside what was typed. */
export function SavedNow({ settings }: { settings: AlertSettings }) {
  const { frequency, digest_hour: hour, email, slack, webhook } = settings;
  const told = [
    frequency === 'instant' ? 'at once' : 'in the daily digest',
    `digest at ${String(hour).padStart(2, '0')}:00`,
    `e-mail ${onOff(email.enabled)} (${email.address ?? 'owners and managers'})`,
    `Slack ${onOff(slack.enabled)}${slack.hint ? ` (${slack.hint})` : ''}`,
    `webhook ${onOff(webhook.enabled)}${webhook.url ? ` (${webhook.url})` : ''}`,
  ];
  return (
    <Text size="sm" className="break-anywhere">
      Saved now: {told.join('; ')}. What you changed above is kept; save again to use it.
    </Text>
  );
}
