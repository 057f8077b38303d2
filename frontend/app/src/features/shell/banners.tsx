import { Alert, Stack, Text } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { IconAlertTriangle, IconCloudOff, IconTool, type TablerIcon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useSession } from '../../lib/session.tsx';
import { statusOptions } from './api.ts';

/** What concerns every page: no network, a provider's incident, a mistake in the operator's settings. */
export function Banners() {
  const { online } = useNetwork();
  const { data } = useQuery(statusOptions());
  const { is_operator: operator } = useSession();
  const incidents = data?.incidents ?? [];
  const mistakes = data?.misconfigurations ?? [];
  if (online && incidents.length === 0 && mistakes.length === 0) return null;
  return (
    <Stack gap="xs" mb="lg" maw={1200}>
      {!online && (
        <Banner color="gray" Icon={IconCloudOff} title="You are offline">
          What you see may be out of date. Changes are possible again once the network is back.
        </Banner>
      )}
      {incidents.map((incident) => (
        <Banner key={incident.id} color="warning" Icon={IconAlertTriangle} title={incident.title}>
          {incident.detail} Started <RelativeTime iso={incident.started_at} />. Nothing for you to do.
        </Banner>
      ))}
      {mistakes.map((mistake) => (
        <Banner key={mistake.provider + mistake.title} color="danger" Icon={IconTool} title={mistake.title}>
          {operator
            ? mistake.detail
            : 'Your Mailwarden operator has to correct the settings. Your connections are not affected.'}
          {operator && mistake.expected && ` Expected ${mistake.expected}, found ${mistake.actual ?? 'nothing'}.`}
        </Banner>
      ))}
    </Stack>
  );
}

type BannerProps = { color: string; Icon: TablerIcon; title: string; children: ReactNode };

function Banner({ color, Icon, title, children }: BannerProps) {
  return (
    <Alert color={color} variant="light" icon={<Icon aria-hidden />} title={title} role="status" p="sm">
      <Text size="sm" component="div">
        {children}
      </Text>
    </Alert>
  );
}
