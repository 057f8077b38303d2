import { Stack } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { AskOwner } from '../../components/ask-owner.tsx';
import { useRightsTo } from '../../components/managed.tsx';
import { Loaded } from '../../components/part.tsx';
import { EmptyState, LoadingBlocks } from '../../components/states.tsx';
import { useMay } from '../../lib/session.tsx';
import type { Billing, Standing } from '../../lib/types.ts';
import { billingOptions } from './api.ts';
import { FailedPanel } from './failed-panel.tsx';
import { PlanCard } from './plan-card.tsx';
import { PlansCard } from './plans-card.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import { UsageCard } from './usage-card.tsx';

const CheckoutReturn = lazy(() => import('./checkout-return.tsx'));
const RetestsPanel = lazy(() => import('./retests-panel.tsx'));
const InvoicesCard = lazy(() => import('./invoices-card.tsx'));
const RefundCard = lazy(() => import('./refund-card.tsx'));

/** `onSettled`: it is known what came of the visit to Stripe, so the address need not ask again. */
type Props = { standing: Standing; checkout: 'done' | 'cancelled' | undefined; onSettled: () => void };

/** Owners act, managers look, and members learn whom to ask. */
export function BillingPage({ standing, checkout, onSettled }: Props) {
  const [outcome, setOutcome] = useState(checkout);
  const sees = useMay('billing:read');
  const acts = useMay('billing:write');
  if (!sees) return <Closed standing={standing} />;
  return (
    <Stack>
      {outcome && acts && (
        <Suspense fallback={null}>
          <CheckoutReturn outcome={outcome} onSettled={onSettled} onDismiss={() => setOutcome(undefined)} />
        </Suspense>
      )}
      <Sections bought={outcome === 'done'} />
    </Stack>
  );
}

function Closed({ standing }: { standing: Standing }) {
  const { reason } = useRightsTo('billing:read');
  const ask = <AskOwner wish={{ action: 'manage_billing' }} />;
  return (
    <EmptyState title="Billing is for owners and managers" Icon={IconLock} action={ask}>
      {standing.may_work ? reason : `${standing.detail} ${reason}`}
    </EmptyState>
  );
}

function Sections({ bought }: { bought: boolean }) {
  const billing = useQuery(billingOptions());
  return (
    <Loaded query={billing} label="Loading billing" heights={[180, 220, 300]}>
      {(one) => <All billing={one} bought={bought} />}
    </Loaded>
  );
}

function All({ billing, bought }: { billing: Billing; bought: boolean }) {
  return (
    <>
      <ReadOnlyNote />
      {billing.failed_payment && <FailedPanel billing={billing} payment={billing.failed_payment} />}
      {billing.standing.may_work && (
        <Suspense fallback={null}>
          <RetestsPanel bought={bought} />
        </Suspense>
      )}
      <PlanCard billing={billing} />
      <UsageCard billing={billing} />
      <PlansCard billing={billing} />
      <Suspense fallback={<LoadingBlocks label="Loading invoices" heights={[160]} />}>
        <InvoicesCard />
        <RefundCard />
      </Suspense>
    </>
  );
}
