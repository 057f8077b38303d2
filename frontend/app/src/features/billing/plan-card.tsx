import { Button, Group } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { Fact } from '../../components/evidence-list.tsx';
import { Part } from '../../components/part.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { notifyOk } from '../../lib/notify.ts';
import type { Billing } from '../../lib/types.ts';
import { usePortal, useResume } from './api.ts';
import { PLANS } from './plans-card.tsx';
import { left, lookOf } from './words.ts';

const CancelDialog = lazy(() => import('./cancel-dialog.tsx'));

/** Where the organization stands, since or until when, and what can be done about it. */
export function PlanCard({ billing }: { billing: Billing }) {
  const { standing, plan_name: name } = billing;
  const { tone, label } = lookOf(standing);
  const trial = standing.status === 'trialing';
  return (
    <Part title="Your plan" lead={standing.detail} actions={<ToneBadge tone={tone}>{label}</ToneBadge>}>
      <dl className="facts">
        {standing.may_work && <Fact name="Plan">{trial ? `Trial, with everything of the plan ${name}` : name}</Fact>}
        <Dates billing={billing} />
      </dl>
      <Actions billing={billing} />
    </Part>
  );
}

function Dates({ billing }: { billing: Billing }) {
  const { standing, trial_ends_at: trialEnds, period_ends_at: periodEnds, credentials_kept_until: kept } = billing;
  return (
    <>
      {trialEnds && (
        <Fact name="Trial ends">
          {left(trialEnds)} · <ExactTime iso={trialEnds} />
        </Fact>
      )}
      {standing.status === 'active' && periodEnds && (
        <Fact name="Next payment">
          <ExactTime iso={periodEnds} />
        </Fact>
      )}
      {standing.status === 'canceling' && standing.until && (
        <Fact name="Ends">
          <RelativeTime iso={standing.until} /> · <ExactTime iso={standing.until} />
        </Fact>
      )}
      {standing.since && (
        <Fact name="Inactive since">
          <RelativeTime iso={standing.since} /> · <ExactTime iso={standing.since} />
        </Fact>
      )}
      {kept && (
        <Fact name="Connections">
          are kept alive until <ExactTime iso={kept} />; until then everything goes on by itself once you pay
        </Fact>
      )}
    </>
  );
}

function Actions({ billing: { actions, standing } }: { billing: Billing }) {
  const [cancelling, setCancelling] = useState(false);
  const resume = useResume();
  const portal = usePortal();
  const can = (action: Billing['actions'][number]) => actions.includes(action);
  if (actions.length === 0) return null;
  return (
    <>
      <Group gap="xs">
        {can('checkout') && <ToPlans filled>{standing.may_work ? 'Choose a plan' : 'Choose a plan again'}</ToPlans>}
        {can('resume') && (
          <Button
            loading={resume.isPending}
            onClick={() => resume.mutate(undefined, { onSuccess: () => notifyOk('The plan goes on') })}
          >
            Resume the plan
          </Button>
        )}
        {can('change_plan') && <ToPlans>Change plan</ToPlans>}
        {can('portal') && (
          <Button variant="default" loading={portal.isPending || portal.isSuccess} onClick={() => portal.mutate()}>
            Card, address and tax number
          </Button>
        )}
        {can('cancel') && (
          <Button variant="default" onClick={() => setCancelling(true)}>
            Cancel the plan…
          </Button>
        )}
      </Group>
      {(resume.error ?? portal.error) && <ErrorState error={resume.error ?? portal.error} />}
      {cancelling && (
        <Suspense fallback={null}>
          <CancelDialog onClose={() => setCancelling(false)} />
        </Suspense>
      )}
    </>
  );
}

/** The plans stand further down the page. */
function ToPlans({ filled = false, children }: { filled?: boolean; children: string }) {
  const go = () => {
    const place = document.getElementById(PLANS);
    place?.scrollIntoView({ block: 'start' });
    place?.focus({ preventScroll: true });
  };
  return (
    <Button variant={filled ? 'filled' : 'default'} onClick={go}>
      {children}
    </Button>
  );
}
