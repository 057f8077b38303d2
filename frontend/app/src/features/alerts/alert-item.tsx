import { Anchor, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconMessageQuestion,
  IconSend,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { AccountLink } from '../../components/account-link.tsx';
import { CausePanel } from '../../components/cause-panel.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { type Tone, toneInk } from '../../components/tones.ts';
import type { Alert } from '../../lib/types.ts';
import AskedLink from './asked-link.tsx';
import { cardOf } from './card.ts';
import { placeName, placeOf } from './place.ts';
import { ruleCardOf } from './rule-card.ts';
import { RuleFacts } from './rule-facts.tsx';

const ASKED: [TablerIcon, Tone] = [IconMessageQuestion, 'brand'];
const OVER: [TablerIcon, Tone] = [IconCircleCheck, 'success'];
const WATCHED: [TablerIcon, Tone] = [IconAlertTriangle, 'warning'];

/** Nothing is broken where somebody only asks, and a rule tells of what may break. */
const LOOKS: Partial<Record<Alert['kind'], [TablerIcon, Tone]>> = {
  integration_recovered: OVER,
  alert_recovered: OVER,
  webhook_endpoint_recovered: OVER,
  reconnect_asked: ASKED,
  action_asked: ASKED,
  score_drop: WATCHED,
  bounce_spike: WATCHED,
  complaint_increase: WATCHED,
  sync_failure: WATCHED,
  data_stale: WATCHED,
  test: [IconSend, 'brand'],
};

export function AlertItem({ alert, onRead }: { alert: Alert; onRead: () => void }) {
  const good = alert.kind === 'integration_recovered';
  const [Icon, tone] = LOOKS[alert.kind] ?? [IconCircleX, 'danger'];
  const unread = alert.read_at === null;
  const card = cardOf(alert);
  const rule = ruleCardOf(alert);
  return (
    <Card component="article" padding="md" aria-labelledby={`${alert.id}-title`}>
      <Group align="flex-start" wrap="nowrap" gap="sm">
        <Icon size={22} color={toneInk(tone)} style={{ flexShrink: 0 }} aria-hidden />
        <Stack gap={6} flex={1} miw={0}>
          <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
            <Title order={2} id={`${alert.id}-title`}>
              {alert.title}
              {unread && <Spoken>(unread)</Spoken>}
            </Title>
            <Group gap={8} wrap="nowrap">
              <Text size="xs" c="dimmed" component="div" style={{ whiteSpace: 'nowrap' }}>
                <RelativeTime iso={alert.created_at} />
              </Text>
              {unread && <span className="unread" aria-hidden />}
            </Group>
          </Group>
          <Text size="sm" className="break-anywhere">
            {alert.body}
          </Text>
          {card && (
            <Disclosure label="What happened">
              <CausePanel card={card} tone={good ? 'warning' : 'danger'} />
            </Disclosure>
          )}
          {rule && <RuleFacts card={rule} />}
          {alert.mailed_to.length > 0 && (
            <Text size="xs" c="dimmed">
              E-mail sent to {alert.mailed_to.join(', ')}
            </Text>
          )}
          <AlertLinks alert={alert} unread={unread} onRead={onRead} />
        </Stack>
      </Group>
    </Card>
  );
}

function AlertLinks({ alert, unread, onRead }: { alert: Alert; unread: boolean; onRead: () => void }) {
  const { provider, connection_id: account } = alert;
  const wish = alert.kind === 'action_asked';
  const page = placeOf(alert);
  return (
    <Group gap="md" mt={2}>
      {wish && <AskedLink alert={alert} />}
      {!wish && provider && (
        <AccountLink provider={provider} account={account ?? undefined}>
          Open the account
        </AccountLink>
      )}
      {!wish && !provider && page && (
        <Anchor
          size="sm"
          renderRoot={(props) => <Link {...props} to={page.to as never} search={page.search as never} />}
        >
          {placeName(page)}
        </Anchor>
      )}
      {unread && (
        <Button variant="subtle" size="compact-sm" onClick={onRead}>
          Mark as read<Spoken>{alert.title}</Spoken>
        </Button>
      )}
    </Group>
  );
}
