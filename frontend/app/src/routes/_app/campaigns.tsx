import { Anchor, Button, Loader, Stack } from '@mantine/core';
import { IconFilterOff, IconSend } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { DataAgeLine } from '../../components/data-age.tsx';
import { ExportButton } from '../../components/export-button.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ZoneNote } from '../../components/zone-note.tsx';
import { campaignsOptions } from '../../features/campaigns/api.ts';
import { CampaignTable } from '../../features/campaigns/campaign-table.tsx';
import { CampaignFilters } from '../../features/campaigns/filters.tsx';
import { type CampaignSearch, isFiltered, readSearch, toQuery } from '../../features/campaigns/search.ts';
import { plural } from '../../lib/numbers.ts';
import { useTimeZone } from '../../lib/session.tsx';

const CampaignDrawer = lazy(() => import('../../features/campaigns/campaign-drawer.tsx'));

export const Route = createFileRoute('/_app/campaigns')({ validateSearch: readSearch, component: Campaigns });

function Campaigns() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const zone = useTimeZone();
  const campaigns = useInfiniteQuery(campaignsOptions(search, zone));
  const first = campaigns.data?.pages[0];
  const rows = campaigns.data?.pages.flatMap((page) => page.data) ?? [];
  const change = (part: CampaignSearch) =>
    void navigate({ search: (s) => ({ ...s, ...part }), replace: true, resetScroll: false });
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title="Campaigns" actions={<ExportButton report="campaigns" filters={toQuery(search, zone)} />}>
        {first ? <DataAgeLine ages={first.data_age} /> : 'Loading figures…'}
      </PageHeader>
      <CampaignFilters search={search} accounts={first?.data_age ?? []} onChange={change} />
      {campaigns.error && <ErrorState error={campaigns.error} onRetry={() => void campaigns.refetch()} />}
      {campaigns.isPending && <LoadingBlocks label="Loading campaigns" heights={[40, 56, 56, 56, 56]} />}
      {first && rows.length === 0 && <Nothing filtered={isFiltered(search)} connected={first.data_age.length > 0} />}
      {rows.length > 0 && (
        <>
          <span className="sr-only" role="status">
            {plural(first?.total ?? rows.length, 'campaign')}
          </span>
          <ZoneNote />
          <CampaignTable campaigns={rows} />
          <MoreButton query={campaigns} what="campaigns" />
        </>
      )}
      {search.campaign && (
        <Suspense fallback={<Loader aria-label="Loading" />}>
          <CampaignDrawer id={search.campaign} onClose={() => change({ campaign: undefined })} />
        </Suspense>
      )}
    </Stack>
  );
}

/** Filtered to nothing, nothing read yet, and nothing connected are three different things. */
function Nothing({ filtered, connected }: { filtered: boolean; connected: boolean }) {
  if (filtered) {
    return (
      <EmptyState
        title="No campaign matches"
        Icon={IconFilterOff}
        action={<Anchor renderRoot={(props) => <Link {...props} to="/campaigns" search={{}} />}>Clear filters</Anchor>}
      >
        Try fewer or wider filters. Older campaigns may lie outside the history range of their account.
      </EmptyState>
    );
  }
  const connect = (
    <Button component={Link} to="/integrations">
      Go to Integrations
    </Button>
  );
  return (
    <EmptyState title="No campaigns yet" Icon={IconSend} action={connected ? undefined : connect}>
      {connected
        ? 'They appear as soon as the first sync has read them.'
        : 'Connect HubSpot or Klaviyo, and your campaigns appear here.'}
    </EmptyState>
  );
}
