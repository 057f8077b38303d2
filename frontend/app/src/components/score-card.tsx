import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { scoreOptions } from '../lib/score.ts';
import { ScoreGauge } from './score-gauge.tsx';
import { Spoken } from './spoken.tsx';
import { ErrorState, LoadingBlocks } from './states.tsx';
import { ToneBadge } from './tone-badge.tsx';

/** The account's score in short; the gauge leads to what it is made of and what to do. Asks for all it needs itself. */
export function ScoreCard() {
  const { data, error, isPending, refetch } = useQuery(scoreOptions());
  if (isPending) return <LoadingBlocks label="Loading the score" heights={[150]} />;
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const [best] = data.recommendations;
  return (
    <Card component="section" aria-label="Deliverability score" p="md">
      <Group gap="lg" align="center">
        <Link to="/deliverability" search={{ explain: true }} className="plain-link">
          <ScoreGauge score={data} size={150} />
          <Spoken>{data.score === null ? 'No score.' : 'of 100.'} What it is made of</Spoken>
        </Link>
        <Stack gap={4} flex="1 1 220px">
          <Group gap="xs">
            <Title order={2}>Deliverability</Title>
            {data.provisional && data.band && <ToneBadge tone="gray">Provisional</ToneBadge>}
          </Group>
          <Text size="sm">{data.advice || data.note}</Text>
          {best && (
            <Text size="sm" c="dimmed">
              First: {best.title}
              {best.domain && ` (${best.domain})`}
            </Text>
          )}
          <Link className="link" to="/deliverability">
            Recommendations and what-if
          </Link>
        </Stack>
      </Group>
    </Card>
  );
}
