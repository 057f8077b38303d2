import { Button, Card, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconHelpCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ScoreGauge } from '../../components/score-gauge.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { BAND_TONES } from '../../lib/score.ts';
import type { Score } from '../../lib/types.ts';
import { ScoreExplanation } from './score-explanation.tsx';

type Props = { score: Score; open: boolean; onOpen: (open: boolean) => void };

/** The number, its word and what to do; a click on it opens what it is made of. */
export function ScoreOverview({ score, open, onOpen }: Props) {
  const id = useId();
  const toggle = { onClick: () => onOpen(!open), 'aria-expanded': open, 'aria-controls': open ? id : undefined };
  return (
    <Card component="section" aria-label="Score">
      <Group gap="xl" align="center">
        <UnstyledButton {...toggle} style={{ borderRadius: 8, marginInline: 'auto' }}>
          <ScoreGauge score={score} />
          <Spoken>{score.score === null ? 'No score.' : 'of 100.'} What it is made of</Spoken>
        </UnstyledButton>
        <Stack gap="xs" flex="1 1 320px" align="flex-start">
          <Words score={score} />
          <Button
            variant="default"
            size="xs"
            rightSection={open ? <IconChevronUp size={14} aria-hidden /> : <IconChevronDown size={14} aria-hidden />}
            {...toggle}
          >
            {open ? 'Hide how it is made' : 'How it is made'}
          </Button>
        </Stack>
      </Group>
      {open && (
        <div id={id}>
          <h2 className="sr-only">How the score is made</h2>
          <ScoreExplanation score={score} />
        </div>
      )}
    </Card>
  );
}

const SURE = { high: 'High', medium: 'Medium', low: 'Low' };

function Words({ score }: { score: Score }) {
  const { band, advice, note, provisional, confidence } = score;
  const held = score.caps.find((cap) => cap.binding);
  return (
    <>
      <Group gap="xs">
        {band ? (
          <ToneBadge tone={BAND_TONES[band]}>{score.label}</ToneBadge>
        ) : (
          <ToneBadge tone="gray" Icon={IconHelpCircle}>
            Not enough data
          </ToneBadge>
        )}
        {provisional && band && <ToneBadge tone="gray">Provisional</ToneBadge>}
      </Group>
      {advice && <Text fw={600}>{advice}</Text>}
      {note && <Text size="sm">{note}</Text>}
      {score.score === null && (
        <Link className="link" to="/deliverability/domains">
          Add a sending domain
        </Link>
      )}
      {held && (
        <Text size="sm">
          Held down by: {held.text}
          {held.domain && ` (${held.domain})`}
        </Text>
      )}
      <Text size="sm" c="dimmed" component="div">
        {band && `${SURE[confidence]} confidence · `}formula {score.version.toUpperCase()} · computed{' '}
        <RelativeTime iso={score.computed_at} />
      </Text>
    </>
  );
}
