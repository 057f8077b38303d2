import { createFileRoute } from '@tanstack/react-router';
import { DomainList } from '../../features/deliverability/domain-list.tsx';
import { DomainView } from '../../features/deliverability/domain-view.tsx';
import { DeliverabilityFrame } from '../../features/deliverability/frame.tsx';

type Search = { domain?: string | undefined };

export const Route = createFileRoute('/_app/deliverability/domains')({
  validateSearch: (raw: Record<string, unknown>): Search => ({
    domain: typeof raw['domain'] === 'string' && raw['domain'] ? raw['domain'] : undefined,
  }),
  component: Domains,
});

function Domains() {
  const { domain } = Route.useSearch();
  return (
    <DeliverabilityFrame
      place="/deliverability/domains"
      lead="What the DNS says about the domains that you send from, what is wrong, and what to publish."
    >
      {domain ? <DomainView key={domain} id={domain} /> : <DomainList />}
    </DeliverabilityFrame>
  );
}
