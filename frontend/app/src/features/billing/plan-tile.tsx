import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { panelStyle, toneInk } from '../../components/tones.ts';
import { money } from '../../lib/money.ts';
import type { Plan } from '../../lib/types.ts';
import { allows, LIMITS } from './words.ts';

type Props = { plan: Plan; verb: string; busy: boolean; onChoose: (() => void) | undefined };

/** What a plan costs and allows; its button only for whoever may decide. */
export function PlanTile({ plan, verb, busy, onChoose }: Props) {
  return (
    <section className="panel" style={panelStyle(plan.current ? 'brand' : 'gray')} aria-label={`Plan ${plan.name}`}>
      <Stack gap="sm" h="100%">
        <div>
          <Group justify="space-between" gap="xs">
            <Title order={3}>{plan.name}</Title>
            {plan.current && <ToneBadge tone="brand">Your plan</ToneBadge>}
          </Group>
          <Text size="sm" mt={4}>
            {plan.description}
          </Text>
        </div>
        <Text className="tnum">
          <Text span fz={24} fw={600}>
            {money(plan.amount, plan.currency)}
          </Text>{' '}
          a {plan.interval}
        </Text>
        <ul className="allowed">
          {LIMITS.map((limit) => (
            <li key={limit.name}>
              <IconCheck size={16} color={toneInk('success')} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
              {allows(plan.limits, limit)}
            </li>
          ))}
        </ul>
        {onChoose && !plan.current && (
          <Button mt="auto" variant="default" disabled={!plan.on_sale} loading={busy} onClick={onChoose}>
            {plan.on_sale ? `${verb} ${plan.name}` : 'Not for sale'}
          </Button>
        )}
      </Stack>
    </section>
  );
}
