import { Alert, Anchor, Code, Stack, Text } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { IconAlertTriangle, IconClockPause, IconCloudOff, IconTool, type TablerIcon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useSession } from '../../lib/session.tsx';
import type { Incident, Misconfiguration, ServiceStatus } from '../../lib/types.ts';
import { statusOptions } from './api.ts';

/** What concerns every page: no network, no scheduler, a provider's incident, a mistake in the operator's settings. */
export function Banners() {
  const { online } = useNetwork();
  const { data } = useQuery(statusOptions());
  const incidents = data?.incidents ?? [];
  const mistakes = data?.misconfigurations ?? [];
  const stopped = data?.refresh_scheduler_alive === false;
  if (online && !stopped && incidents.length === 0 && mistakes.length === 0) return null;
  return (
    <Stack gap="xs" mb="lg" maw={1200}>
      {!online && (
        <Banner color="gray" Icon={IconCloudOff} title="You are offline">
          What you see may be out of date. Changes are possible again once the network is back.
        </Banner>
      )}
      {stopped && <StoppedBanner status={data} />}
      {incidents.map((incident) => (
        <IncidentBanner key={incident.id} incident={incident} />
      ))}
      {mistakes.map((mistake) => (
        <MistakeBanner key={mistake.provider + mistake.title} mistake={mistake} />
      ))}
    </Stack>
  );
}

function StoppedBanner({ status }: { status: ServiceStatus }) {
  const { is_operator: operator } = useSession();
  const seen = status.refresh_scheduler_seen_at;
  return (
    <Banner color="danger" Icon={IconClockPause} title="Nothing is checked, refreshed or synced at the moment">
      {seen ? (
        <>
          The last worker was seen <RelativeTime iso={seen} />.
        </>
      ) : (
        'No worker has been seen yet.'
      )}{' '}
      {operator ? 'Start one with the command “mailwarden worker”.' : 'Your Mailwarden operator has to start one.'}
    </Banner>
  );
}

function IncidentBanner({ incident }: { incident: Incident }) {
  return (
    <Banner color="warning" Icon={IconAlertTriangle} title={incident.title}>
      {incident.detail} Started <RelativeTime iso={incident.started_at} />. Nothing for you to do.{' '}
      <Anchor size="sm" underline="always" renderRoot={(props) => <Link {...props} to="/status" />}>
        See the status page
      </Anchor>
    </Banner>
  );
}

/** Only the operator can mend it, so only the operator is told what to change. */
function MistakeBanner({ mistake }: { mistake: Misconfiguration }) {
  const { is_operator: operator } = useSession();
  return (
    <Banner color="danger" Icon={IconTool} title={mistake.title}>
      {operator
        ? mistake.detail
        : 'Your Mailwarden operator has to correct the settings. Your connections are not affected.'}
      {operator && mistake.expected && (
        <dl className="facts" style={{ marginBlock: 8 }}>
          <dt>Expected</dt>
          <dd>
            <Code>{mistake.expected}</Code>
          </dd>
          <dt>Actual</dt>
          <dd>{mistake.actual ? <Code>{mistake.actual}</Code> : 'Not told'}</dd>
        </dl>
      )}
      {operator && (
        <div>
          <Anchor
            size="sm"
            underline="always"
            renderRoot={(props) => <Link {...props} to="/diagnostics" search={{ tab: 'instance' }} />}
          >
            Check our apps at the providers
          </Anchor>
        </div>
      )}
    </Banner>
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
