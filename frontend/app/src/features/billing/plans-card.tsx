import { Anchor, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Loaded, Part } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import type { Billing, Plan } from '../../lib/types.ts';
import { plansOptions, useCheckout } from './api.ts';
import { PlanTile } from './plan-tile.tsx';

const ChangeDialog = lazy(() => import('./change-dialog.tsx'));

export const PLANS = 'plans';

const LEAD = 'What is charged stands on the page of Stripe, where you pay: no card number comes to us.';

/** Whoever has no subscription buys on Stripe's page; whoever has one changes here. */
export function PlansCard({ billing }: { billing: Billing }) {
  const plans = useQuery(plansOptions());
  const [wanted, setWanted] = useState<Plan | null>(null);
  const checkout = useCheckout();
  const buys = billing.actions.includes('checkout');
  const changes = billing.actions.includes('change_plan');
  const choose = buys ? (plan: Plan) => checkout.mutate(plan.key) : changes ? setWanted : undefined;
  const opening = checkout.isPending || checkout.isSuccess ? checkout.variables : undefined;
  return (
    <div id={PLANS} tabIndex={-1} style={{ outline: 'none', scrollMarginTop: 64 }}>
      <Part title="Plans" lead={LEAD}>
        {checkout.error && <ErrorState error={checkout.error} />}
        <Loaded query={plans} label="Loading plans" heights={[220]}>
          {({ data }) => (
            <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
              {data.map((plan) => (
                <PlanTile
                  key={plan.key}
                  plan={plan}
                  verb={buys ? 'Choose' : 'Change to'}
                  busy={opening === plan.key}
                  onChoose={choose && (() => choose(plan))}
                />
              ))}
            </SimpleGrid>
          )}
        </Loaded>
        <Text size="sm" c="dimmed">
          {changes && 'A larger plan holds at once, and only the difference is charged. '}
          <Anchor
            size="sm"
            underline="always"
            renderRoot={(props) => <Link {...props} to="/help/$slug" params={{ slug: 'trial-and-billing' }} />}
          >
            How the trial, plans, cancelling and refunds work
          </Anchor>
        </Text>
      </Part>
      {wanted && (
        <Suspense fallback={null}>
          <ChangeDialog plan={wanted} onClose={() => setWanted(null)} />
        </Suspense>
      )}
    </div>
  );
}
