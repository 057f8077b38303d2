import { Drawer, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { BareTable, type Column } from '../../components/data-table.tsx';
import { Fact } from '../../components/evidence-list.tsx';
import { campaignState } from '../../components/figure-state.tsx';
import { FigureTiles } from '../../components/figure-tiles.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { stateWords } from '../../lib/comparing.ts';
import { count } from '../../lib/numbers.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import { useTimeZone } from '../../lib/session.tsx';
import type { Campaign, Observation } from '../../lib/types.ts';
import { campaignOptions, observationsOptions } from './api.ts';

export default function CampaignDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  useReturnFocus();
  const campaign = useQuery(campaignOptions(id));
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title={campaign.data?.name || 'Campaign'}>
      {campaign.isPending && <LoadingBlocks label="Loading campaign" heights={[60, 140, 140]} />}
      {campaign.error && <ErrorState error={campaign.error} onRetry={() => void campaign.refetch()} />}
      {campaign.data && (
        <Stack gap="lg">
          <CampaignFacts campaign={campaign.data} />
          {campaign.data.figures && <FigureTiles figures={campaign.data.figures} narrow />}
          <Observations id={id} />
        </Stack>
      )}
    </Drawer>
  );
}

function CampaignFacts({ campaign }: { campaign: Campaign }) {
  const zone = useTimeZone();
  const state = campaignState(campaign);
  return (
    <dl className="facts">
      {campaign.subject && <Fact name="Subject">{campaign.subject}</Fact>}
      <Fact name="Account">{campaign.account_label}</Fact>
      <Fact name="Sent">{campaign.sent_at ? <ExactTime iso={campaign.sent_at} /> : 'Not sent'}</Fact>
      <Fact name="Provider’s status">{campaign.status}</Fact>
      <Fact name="Provider’s id">{campaign.external_id}</Fact>
      <Fact name="Figures as of">
        {campaign.figures_as_of ? <RelativeTime iso={campaign.figures_as_of} /> : 'not read yet'}
      </Fact>
      {state && <Fact name="State">{stateWords(state, campaign.provisional_until, zone)}</Fact>}
    </dl>
  );
}

const READING_COLUMNS: Column<Observation>[] = [
  {
    head: 'Read',
    cell: (row) => (
      <Text size="sm" component="span">
        <ExactTime iso={row.as_of} />
      </Text>
    ),
  },
  { head: 'Sent', cell: (row) => count(row.figures.sent), kind: 'num' },
  { head: 'Delivered', cell: (row) => count(row.figures.delivered), kind: 'num' },
  { head: 'Opened', cell: (row) => count(row.figures.opened), kind: 'num' },
  { head: 'Clicked', cell: (row) => count(row.figures.clicked), kind: 'num' },
  { head: 'Bounced', cell: (row) => count(row.figures.bounced), kind: 'num' },
];

/** Figures as they stood at each reading: the past is never overwritten. */
function Observations({ id }: { id: string }) {
  const observations = useInfiniteQuery(observationsOptions(id));
  const rows = observations.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <section aria-label="Readings">
      <Title order={2} mb="xs">
        Readings over time
      </Title>
      {observations.error && <ErrorState error={observations.error} onRetry={() => void observations.refetch()} />}
      {observations.data && rows.length === 0 && (
        <EmptyState title="No reading yet">The next sync brings the first figures.</EmptyState>
      )}
      {rows.length > 0 && <BareTable look="dense" columns={READING_COLUMNS} rows={rows} rowKey={(row) => row.id} />}
      <MoreButton query={observations} what="readings" />
    </section>
  );
}
