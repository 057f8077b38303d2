import { CloseButton, Loader, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconClock, IconInfoCircle, type TablerIcon } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { panelStyle, type Tone, toneInk } from '../../components/tones.ts';
import type { Billing } from '../../lib/types.ts';
import { billingOptions, boughtOptions, isBought, isLate } from './api.ts';

type Props = { outcome: 'done' | 'cancelled'; onSettled: () => void; onDismiss: () => void };

/** Back from Stripe's page: what came of it. */
export default function CheckoutReturn({ outcome, ...on }: Props) {
  return outcome === 'done' ? <Bought {...on} /> : <Nothing {...on} />;
}

type On = Omit<Props, 'outcome'>;

/** Once, when it is known. */
function useSettled(known: boolean, onSettled: () => void) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the way to tell it changes with every rendering
  useEffect(() => {
    if (known) onSettled();
  }, [known]);
}

function Nothing({ onSettled, onDismiss }: On) {
  useSettled(true, onSettled);
  return (
    <Panel tone="gray" Icon={IconInfoCircle} title="Nothing was bought" onDismiss={onDismiss}>
      You left Stripe’s page before paying. Nothing was charged, and nothing has changed.
    </Panel>
  );
}

function Bought({ onSettled, onDismiss }: On) {
  const client = useQueryClient();
  const [since] = useState(Date.now);
  const { data, error, isFetching, refetch } = useQuery(boughtOptions(client, since));
  useSettled(isBought(data), onSettled);
  if (data && isBought(data)) return <Done bought={data} onDismiss={onDismiss} />;
  if (error && !isFetching) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!isLate(since)) {
    return (
      <Panel tone="brand" title="Waiting for Stripe to confirm the payment">
        This takes a few seconds. You need not stay here.
      </Panel>
    );
  }
  return (
    <Panel tone="warning" Icon={IconClock} title="Stripe has not confirmed the payment yet" onDismiss={onDismiss}>
      Some ways of paying take longer. As soon as it is confirmed everything works by itself: do not pay a second time.
    </Panel>
  );
}

/** Gone as soon as something else is decided. */
function Done({ bought, onDismiss }: { bought: Billing; onDismiss: () => void }) {
  const now = useQuery(billingOptions()).data ?? bought;
  if (now.plan !== bought.plan || now.standing.status !== bought.standing.status) return null;
  return (
    <Panel
      tone="success"
      Icon={IconCircleCheck}
      title={`Thank you: your plan is ${bought.plan_name}`}
      onDismiss={onDismiss}
    >
      Everything works from now on. The receipt comes by mail, from Stripe.
    </Panel>
  );
}

/** Without an icon it is under way. */
type PanelProps = { tone: Tone; Icon?: TablerIcon; title: string; onDismiss?: () => void; children: ReactNode };

function Panel({ tone, Icon, title, onDismiss, children }: PanelProps) {
  return (
    <section className="panel billing-panel" style={panelStyle(tone)} aria-label="The purchase" role="status">
      <span style={{ flexShrink: 0, marginTop: 2 }}>
        {Icon ? <Icon size={20} color={toneInk(tone)} aria-hidden /> : <Loader size={18} aria-hidden />}
      </span>
      <div style={{ flex: 1 }}>
        <Title order={2}>{title}</Title>
        <Text size="sm" mt={4}>
          {children}
        </Text>
      </div>
      {onDismiss && <CloseButton size="sm" aria-label="Dismiss" onClick={onDismiss} />}
    </section>
  );
}
