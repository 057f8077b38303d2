import { Alert, Anchor, Button, Group, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Copyable, Fact } from '../../components/evidence-list.tsx';
import { Loaded, Part } from '../../components/part.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { money } from '../../lib/money.ts';
import { useMay } from '../../lib/session.tsx';
import type { Refund } from '../../lib/types.ts';
import { refundOptions } from './api.ts';
import { left } from './words.ts';

const RefundDialog = lazy(() => import('./refund-dialog.tsx'));

const LEAD = 'Within 14 times 24 hours of a payment you get it back, that last moment included.';

/** The window, to the minute, and the way to support (I5). */
export default function RefundCard() {
  const refund = useQuery(refundOptions());
  return (
    <Part title="Refund" lead={LEAD}>
      <Loaded query={refund} label="Loading the refund" heights={[60]}>
        {(one) => (one.eligible ? <Possible refund={one} /> : <Text size="sm">{one.detail}</Text>)}
      </Loaded>
    </Part>
  );
}

function Possible({ refund }: { refund: Refund }) {
  const acts = useMay('billing:write');
  const [open, setOpen] = useState(false);
  const [reference, setReference] = useState<string | null>(null);
  const { amount, currency, until } = refund;
  return (
    <>
      <dl className="facts">
        {amount !== null && currency && <Fact name="Amount">{money(amount, currency)}</Fact>}
        {until && (
          <Fact name="Can be asked for">
            until <ExactTime iso={until} /> · {left(until)}
          </Fact>
        )}
      </dl>
      {reference && <Asked reference={reference} />}
      {acts && !reference && (
        <Group>
          <Button variant="default" onClick={() => setOpen(true)}>
            Ask for a refund…
          </Button>
        </Group>
      )}
      {open && (
        <Suspense fallback={null}>
          <RefundDialog refund={refund} onSent={setReference} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

function Asked({ reference }: { reference: string }) {
  return (
    <Alert color="success" variant="light" icon={<IconCircleCheck aria-hidden />} title="Support has your request">
      <Text size="sm" component="div">
        Reference <Copyable text={reference} />. The answer comes by mail.{' '}
        <Anchor
          size="sm"
          underline="always"
          renderRoot={(props) => <Link {...props} to="/help" search={{ tab: 'requests' }} />}
        >
          See your requests
        </Anchor>
      </Text>
    </Alert>
  );
}
