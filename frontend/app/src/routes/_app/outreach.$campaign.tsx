import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Loaded } from '../../components/part.tsx';
import { campaignOptions } from '../../features/outreach/api.ts';
import { CampaignPage } from '../../features/outreach/campaign-page.tsx';
import { readPageSearch } from '../../features/outreach/search.ts';

export const Route = createFileRoute('/_app/outreach/$campaign')({ validateSearch: readPageSearch, component: Page });

function Page() {
  const { campaign: id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const campaign = useQuery(campaignOptions(id));
  return (
    <Loaded query={campaign} label="Loading campaign" heights={[56, 40, 240]}>
      {(data) => (
        <CampaignPage
          key={id}
          campaign={data}
          search={search}
          onSearch={(change) => void navigate({ search: (s) => ({ ...s, ...change }), resetScroll: false })}
        />
      )}
    </Loaded>
  );
}
