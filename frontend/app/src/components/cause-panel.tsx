import { Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { plural } from '../lib/numbers.ts';
import type { CauseCard } from '../lib/types.ts';
import { whoLabel } from '../lib/words.ts';
import { Disclosure } from './disclosure.tsx';
import { EvidenceList, Fact } from './evidence-list.tsx';
import { ExactTime, RelativeTime } from './relative-time.tsx';
import { panelStyle, toneInk } from './tones.ts';

type Props = { card: CauseCard; tone?: 'danger' | 'warning'; action?: ReactNode };

/** What happened, since when, who must act, one button, and the proof. */
export function CausePanel({ card, tone = 'danger', action }: Props) {
  const Icon = tone === 'danger' ? IconCircleX : IconAlertTriangle;
  return (
    <section className="panel" style={panelStyle(tone)} aria-label="What happened">
      <Stack gap="sm">
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <Icon size={20} color={toneInk(tone)} style={{ flexShrink: 0, marginTop: 1 }} aria-hidden />
          <div>
            <Title order={2}>{card.title}</Title>
            <Text size="sm" mt={4}>
              {card.explanation}
            </Text>
          </div>
        </Group>
        <CauseFacts card={card} />
        {action && <div>{action}</div>}
        {card.evidence.length > 0 && (
          <Disclosure label={`Evidence: ${plural(card.evidence.length, 'answer')} of the provider`}>
            <EvidenceList items={card.evidence} />
          </Disclosure>
        )}
      </Stack>
    </section>
  );
}

function CauseFacts({ card }: { card: CauseCard }) {
  return (
    <dl className="facts">
      <Fact name="Since">
        <RelativeTime iso={card.first_failed_at} /> · <ExactTime iso={card.first_failed_at} />
      </Fact>
      {card.last_good_at && (
        <Fact name="Last worked">
          <ExactTime iso={card.last_good_at} />
        </Fact>
      )}
      <Fact name="Who must act">{whoLabel(card.who_must_act)}</Fact>
    </dl>
  );
}
