import { Anchor, Box, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { DataAgeLine } from '../../components/data-age.tsx';
import { FigureTiles, FigureTilesLoading } from '../../components/figure-tiles.tsx';
import { ErrorState } from '../../components/states.tsx';
import { plural } from '../../lib/numbers.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { zoneLabel } from '../../lib/time.ts';
import { type Range, summaryOptions } from './api.ts';

type Props = { range: Range; onRange: (range: Range) => void; connectionId?: string };

/** Account-level figures (F6) of a range of days, with their age. */
export function SummarySection({ range, onRange, connectionId }: Props) {
  const zone = useTimeZone();
  const summary = useQuery(summaryOptions(range, zone, connectionId));
  return (
    <Stack gap="sm" component="section" aria-label="Figures">
      <Group justify="space-between" gap="sm">
        <Title order={2}>Figures</Title>
        <SegmentedControl
          aria-label="Range"
          size="xs"
          value={range}
          onChange={(value) => onRange(value as Range)}
          data={[
            { value: '7', label: '7 days' },
            { value: '30', label: '30 days' },
            { value: '90', label: '90 days' },
          ]}
        />
      </Group>
      {summary.error && <ErrorState error={summary.error} onRetry={() => void summary.refetch()} />}
      {summary.isPending && <FigureTilesLoading />}
      {summary.data && <FigureTiles figures={summary.data.figures} />}
      <Box mih={{ base: 54, sm: 22 }}>
        {summary.data ? <DataAgeLine ages={summary.data.data_age} /> : <Dim>Loading figures…</Dim>}
      </Box>
      <Dim>
        {summary.data ? plural(summary.data.campaigns, 'campaign') : 'Campaigns'} sent in the last {range} days,{' '}
        {zoneLabel(zone)}.{' '}
        <Anchor
          size="sm"
          underline="always"
          renderRoot={(props) => <Link {...props} to="/campaigns" search={{ account: connectionId }} />}
        >
          See campaigns
        </Anchor>
      </Dim>
    </Stack>
  );
}

function Dim({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed" component="div">
      {children}
    </Text>
  );
}
