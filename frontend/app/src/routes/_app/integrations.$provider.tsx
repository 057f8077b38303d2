import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { RouteNotFound } from '../../components/route-states.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { readIntegrationSearch } from '../../features/connections/search.ts';
import { integrationsOptions } from '../../lib/integrations.ts';
import { IntegrationPage } from './-integration-page.tsx';

export const Route = createFileRoute('/_app/integrations/$provider')({
  validateSearch: readIntegrationSearch,
  loader: ({ context: { queryClient } }) => void queryClient.prefetchQuery(integrationsOptions()),
  component: Page,
});

function Page() {
  const { provider } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const integrations = useQuery(integrationsOptions());
  if (integrations.isPending) return <LoadingBlocks label="Loading integration" heights={[56, 40, 240]} />;
  if (!integrations.data) return <ErrorState error={integrations.error} onRetry={() => void integrations.refetch()} />;
  const integration = integrations.data.data.find((i) => i.provider === provider);
  if (!integration) return <RouteNotFound />;
  return (
    <IntegrationPage
      integration={integration}
      search={search}
      onSearch={(change) => void navigate({ search: (s) => ({ ...s, ...change }), resetScroll: false })}
    />
  );
}
