import { Stack } from '@mantine/core';
import { IconGauge } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { PageHeader } from '../../components/page-header.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ZoneNote } from '../../components/zone-note.tsx';
import { serviceStatusOptions } from '../../features/status/api.ts';
import { IncidentList } from '../../features/status/incident-list.tsx';
import { MeasuredSection } from '../../features/status/measured-section.tsx';
import { NowSection } from '../../features/status/now-section.tsx';

export const Route = createFileRoute('/_app/status')({
  loader: ({ context: { queryClient } }) => void queryClient.prefetchQuery(serviceStatusOptions()),
  component: StatusPage,
});

function StatusPage() {
  const { data, error, isPending, refetch } = useQuery(serviceStatusOptions());
  const measured = data?.measured;
  return (
    <Stack gap="lg" maw={1000}>
      <PageHeader title="Status">
        How right this installation was over the last 30 days, summed over all its organizations.
        {measured && (
          <>
            {' '}
            Measured <RelativeTime iso={measured.measured_at} />.
          </>
        )}
      </PageHeader>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <LoadingBlocks label="Loading status" heights={[76, 160, 160]} />}
      {data && <NowSection status={data} />}
      {measured && <MeasuredSection measured={measured} />}
      {data && !measured && (
        <EmptyState title="Not measured yet" Icon={IconGauge}>
          The first figures appear some minutes after the first start.
        </EmptyState>
      )}
      {data && <IncidentList incidents={data.recent_incidents} />}
      {data && <ZoneNote />}
    </Stack>
  );
}
