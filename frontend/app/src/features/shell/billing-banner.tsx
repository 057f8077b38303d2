import { Button, Group, Text } from '@mantine/core';
import { IconCalendarClock, IconCreditCardOff, IconLock, type TablerIcon } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { AskOwner } from '../../components/ask-owner.tsx';
import { useRightsTo } from '../../components/managed.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { panelStyle, type Tone, toneInk } from '../../components/tones.ts';
import { useSession } from '../../lib/session.tsx';
import { ENDED, STOPS, timeLeft } from '../../lib/standing-words.ts';
import type { Standing } from '../../lib/types.ts';

type Notice = { tone: Tone; Icon: TablerIcon; title: string; words: ReactNode; button: string };

/** What comes or is, what it means, and the one button for whoever may act; the others learn whom to ask. */
export default function BillingBanner({ standing }: { standing: Standing }) {
  const { tone, Icon, title, words, button } = notice(standing);
  return (
    <section className="panel billing-banner" style={panelStyle(tone)} aria-label={title}>
      <Icon size={20} color={toneInk(tone)} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      <div style={{ flex: '1 1 300px' }}>
        <Text fw={600}>{title}</Text>
        <Text size="sm" mt={2} component="div">
          {words}
        </Text>
        <WhoActs title={title} button={button} />
      </div>
    </section>
  );
}

function notice(standing: Standing): Notice {
  const { status, until, reason, detail } = standing;
  const end = { Icon: IconCalendarClock, words: <Ending until={until} /> };
  switch (status) {
    case 'inactive':
      return {
        tone: 'danger',
        Icon: IconLock,
        title: ENDED[reason ?? 'cancelled'],
        words: `${detail} Until then ${STOPS} are refused. Your integrations are not broken, and nothing is lost: reading, exports and support stay open.`,
        button: 'Choose a plan',
      };
    case 'past_due':
      return {
        tone: 'warning',
        Icon: IconCreditCardOff,
        title: 'A payment failed',
        words: detail,
        button: 'See the payment',
      };
    case 'canceling':
      return { ...end, tone: 'warning', title: `Your plan ends ${timeLeft(until)}`, button: 'Keep the plan' };
    default:
      return { ...end, tone: 'brand', title: `Your trial ends ${timeLeft(until)}`, button: 'Choose a plan' };
  }
}

function Ending({ until }: { until: string | null }) {
  return (
    <>
      {until && (
        <>
          On <ExactTime iso={until} />.{' '}
        </>
      )}
      From then on {STOPS} are refused; reading, exports and support stay open.
    </>
  );
}

function WhoActs({ title, button }: { title: string; button: string }) {
  const { role } = useSession();
  const { may, reason } = useRightsTo('billing:write');
  return (
    <Group gap="xs" mt="sm">
      {may && (
        <Button size="xs" renderRoot={(props) => <Link {...props} to="/settings/billing" />}>
          {button}
        </Button>
      )}
      {!may && <Text size="sm">{reason}</Text>}
      {!may && role !== 'owner' && (
        <AskOwner wish={{ action: 'manage_billing' }} what={`${title} at Mailwarden. Please look at it:`} size="xs" />
      )}
    </Group>
  );
}
