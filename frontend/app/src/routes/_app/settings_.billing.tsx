import { createFileRoute } from '@tanstack/react-router';
import { RouteNotFound } from '../../components/route-states.tsx';
import { LoadingBlocks } from '../../components/states.tsx';
import { BillingPage } from '../../features/billing/billing-page.tsx';
import { SettingsFrame } from '../../features/settings/settings-frame.tsx';
import { useStanding } from '../../lib/standing.ts';

const RETURNS = ['done', 'cancelled'] as const;
/** How the visit to Stripe's payment page ended. */
type Search = { checkout?: (typeof RETURNS)[number] | undefined };

export const Route = createFileRoute('/_app/settings_/billing')({
  validateSearch: (raw: Record<string, unknown>): Search => ({
    checkout: RETURNS.find((one) => one === raw['checkout']),
  }),
  component: Page,
});

/** An instance on which nobody pays has no such page. */
function Page() {
  const { checkout } = Route.useSearch();
  const navigate = Route.useNavigate();
  const standing = useStanding();
  if (standing?.mode === 'self_hosted') return <RouteNotFound />;
  return (
    <SettingsFrame tab="billing">
      {standing ? (
        <BillingPage
          standing={standing}
          checkout={checkout}
          onSettled={() => void navigate({ search: {}, replace: true })}
        />
      ) : (
        <LoadingBlocks label="Loading billing" heights={[180, 220]} />
      )}
    </SettingsFrame>
  );
}
