import { Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, type TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { panelStyle, type Tone, toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import type { ServiceStatus } from '../../lib/types.ts';

const ICONS: Record<'success' | 'warning' | 'danger', TablerIcon> = {
  success: IconCircleCheck,
  warning: IconAlertTriangle,
  danger: IconCircleX,
};

/** What holds at this moment, in one panel: the worst first. */
export function NowSection({ status }: { status: ServiceStatus }) {
  const { tone, title } = summary(status);
  const Icon = ICONS[tone];
  return (
    <section className="panel" style={panelStyle(tone satisfies Tone)} aria-label="Now">
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Icon size={20} color={toneInk(tone)} style={{ flexShrink: 0, marginTop: 1 }} aria-hidden />
        <Stack gap={4}>
          <Title order={2}>{title}</Title>
          <Text size="sm" component="div">
            <SchedulerLine status={status} />
          </Text>
        </Stack>
      </Group>
    </section>
  );
}

function summary({ incidents, misconfigurations, refresh_scheduler_alive: alive }: ServiceStatus): {
  tone: 'success' | 'warning' | 'danger';
  title: string;
} {
  if (!alive) return { tone: 'danger', title: 'Nothing is refreshed or synced at the moment' };
  if (misconfigurations.length > 0) {
    return { tone: 'danger', title: `${plural(misconfigurations.length, 'mistake')} in this installation’s settings` };
  }
  if (incidents.length > 0) {
    return { tone: 'warning', title: `${plural(incidents.length, 'incident')} at providers` };
  }
  return { tone: 'success', title: 'Everything works' };
}

function SchedulerLine({ status }: { status: ServiceStatus }): ReactNode {
  const { refresh_scheduler_alive: alive, refresh_scheduler_seen_at: seen } = status;
  const when = seen ? <RelativeTime iso={seen} /> : 'never';
  if (alive) return <>The scheduler that refreshes, checks and syncs is alive; it last looked for work {when}.</>;
  return (
    <>No worker has looked for work within the last minute. Last: {when}. Your Mailwarden operator must start one.</>
  );
}
