import { Button, Stack } from '@mantine/core';
import { IconFilterOff, IconMailForward } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { MoreButton } from '../../components/more-button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SendingWarning } from '../../components/sending-warning.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { listOptions } from '../../features/outreach/api.ts';
import { CampaignTable } from '../../features/outreach/campaign-table.tsx';
import { ListFilters } from '../../features/outreach/list-filters.tsx';
import { NewCampaign } from '../../features/outreach/new-campaign.tsx';
import { ResumePanel } from '../../features/outreach/resume-panel.tsx';
import { type ListSearch, readListSearch } from '../../features/outreach/search.ts';
import { STATES } from '../../features/outreach/words.ts';

export const Route = createFileRoute('/_app/outreach/')({ validateSearch: readListSearch, component: Outreach });

function Outreach() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const campaigns = useInfiniteQuery(listOptions(search));
  const rows = campaigns.data?.pages.flatMap((page) => page.data) ?? [];
  const filtered = Boolean(search.q || search.state);
  const change = (part: ListSearch) =>
    void navigate({ search: (s) => ({ ...s, ...part }), replace: true, resetScroll: false });
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title="Outreach" actions={<NewCampaign />}>
        Sequences of mails to people you choose, from one mailbox or several in rotation.
      </PageHeader>
      <SendingWarning label="your outreach campaigns" />
      <ResumePanel />
      <ListFilters
        label="Filter outreach campaigns"
        placeholder="Part of the name"
        {...{ q: search.q, state: search.state, states: STATES }}
        onChange={change}
      />
      {campaigns.error && <ErrorState error={campaigns.error} onRetry={() => void campaigns.refetch()} />}
      {campaigns.isPending && <LoadingBlocks label="Loading outreach campaigns" heights={[40, 64, 64, 64]} />}
      {campaigns.data && rows.length === 0 && (
        <Nothing filtered={filtered} onClear={() => change({ q: undefined, state: undefined })} />
      )}
      {rows.length > 0 && (
        <>
          <CampaignTable campaigns={rows} />
          <MoreButton query={campaigns} what="campaigns" />
        </>
      )}
    </Stack>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (!filtered) {
    return (
      <EmptyState title="No outreach campaigns yet" Icon={IconMailForward}>
        Create one: write its steps, choose who it comes from, add recipients, and start it.
      </EmptyState>
    );
  }
  const clear = (
    <Button variant="default" onClick={onClear}>
      Clear filters
    </Button>
  );
  return (
    <EmptyState title="No campaign matches" Icon={IconFilterOff} action={clear}>
      Try another name or state.
    </EmptyState>
  );
}
