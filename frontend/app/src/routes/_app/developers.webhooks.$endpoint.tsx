import { createFileRoute } from '@tanstack/react-router';
import { EndpointPage } from '../../features/developers/endpoint-page.tsx';
import { type DeliverySearch, readDeliverySearch } from '../../features/developers/search.ts';

export const Route = createFileRoute('/_app/developers/webhooks/$endpoint')({
  validateSearch: readDeliverySearch,
  component: Endpoint,
});

function Endpoint() {
  const { endpoint } = Route.useParams();
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  const narrow = (change: DeliverySearch) =>
    void navigate({ search: (s) => ({ ...s, ...change }), replace: true, resetScroll: false });
  return <EndpointPage key={endpoint} endpointId={endpoint} filter={filter} onFilter={narrow} />;
}
