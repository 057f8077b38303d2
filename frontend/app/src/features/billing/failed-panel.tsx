import { Button, Group, Text, Title } from '@mantine/core';
import { IconCreditCardOff, IconExternalLink } from '@tabler/icons-react';
import { useRightsTo } from '../../components/managed.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { ErrorState } from '../../components/states.tsx';
import { panelStyle, toneInk } from '../../components/tones.ts';
import { money } from '../../lib/money.ts';
import { plural } from '../../lib/numbers.ts';
import type { Billing, FailedPayment } from '../../lib/types.ts';
import { usePortal, useRefresh } from './api.ts';

type Props = { billing: Billing; payment: FailedPayment };

/** What could not be charged, when it is tried again, who must act, and both ways to put it right. */
export function FailedPanel({ billing, payment }: Props) {
  const { may, reason } = useRightsTo('billing:write');
  return (
    <section className="panel billing-panel" style={panelStyle('warning')} aria-label="Failed payment">
      <IconCreditCardOff size={20} color={toneInk('warning')} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      <div>
        <Title order={2}>A payment of {money(payment.amount, payment.currency)} failed</Title>
        <Text size="sm" mt={4} component="div">
          Tried {plural(payment.tries, 'time')}. <NextTry payment={payment} />{' '}
          {billing.standing.may_work ? 'Everything works until then.' : billing.standing.detail}
        </Text>
        <Text size="sm" mt={4}>
          Who must act: {may ? 'you, or another owner.' : `an owner. ${reason}`}
        </Text>
        {may && <Ways billing={billing} payment={payment} />}
      </div>
    </section>
  );
}

function NextTry({ payment }: { payment: FailedPayment }) {
  if (!payment.next_try_at) return 'It is not tried again by itself.';
  return (
    <>
      The next try is <RelativeTime iso={payment.next_try_at} />, on <ExactTime iso={payment.next_try_at} />.
    </>
  );
}

function Ways({ billing, payment }: Props) {
  const portal = usePortal();
  const refresh = useRefresh();
  return (
    <>
      <Group gap="xs" mt="sm">
        {billing.actions.includes('portal') && (
          <Button loading={portal.isPending || portal.isSuccess} onClick={() => portal.mutate()}>
            Change the card
          </Button>
        )}
        {payment.page_url && (
          <Button
            variant="default"
            component="a"
            href={payment.page_url}
            target="_blank"
            rel="noreferrer"
            rightSection={<IconExternalLink size={16} aria-hidden />}
          >
            Pay this invoice now
          </Button>
        )}
        <Button variant="default" loading={refresh.isPending} onClick={() => refresh.mutate()}>
          Check again
        </Button>
      </Group>
      {(portal.error ?? refresh.error) && <ErrorState error={portal.error ?? refresh.error} />}
    </>
  );
}
