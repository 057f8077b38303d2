import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconTimeline } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Disclosure } from '../../components/disclosure.tsx';
import { EvidenceList } from '../../components/evidence-list.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { statusLook } from '../../components/status-badge.tsx';
import { toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import type { Connection, Transition } from '../../lib/types.ts';
import { actorLabel } from '../../lib/words.ts';
import { historyOptions } from './api.ts';
import { ConnectionTrouble } from './connection-trouble.tsx';

/** Every change of status since the account was connected, newest first, with what proved it. */
export function HistoryTab({ connection, providerLabel }: { connection: Connection; providerLabel: string }) {
  const history = useInfiniteQuery(historyOptions(connection.id));
  const rows = history.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Stack gap="lg">
      <ConnectionTrouble connection={connection} providerLabel={providerLabel} />
      <Card component="section" aria-label="History">
        <Title order={2} mb="md">
          Status changes
        </Title>
        {history.error && <ErrorState error={history.error} onRetry={() => void history.refetch()} />}
        {history.isPending && <LoadingBlocks label="Loading history" heights={[44, 44, 44]} />}
        {history.data && rows.length === 0 && (
          <EmptyState title="No changes yet" Icon={IconTimeline}>
            When the status of this account changes, the reason appears here.
          </EmptyState>
        )}
        <ol className="timeline">
          {rows.map((row) => (
            <TransitionItem key={row.id} row={row} />
          ))}
        </ol>
        <MoreButton query={history} what="changes" />
      </Card>
    </Stack>
  );
}

function TransitionItem({ row }: { row: Transition }) {
  const { label, tone, Icon } = statusLook(row.to_status);
  const before = row.from_status && statusLook(row.from_status).label;
  return (
    <li>
      <span className="timeline-dot">
        <Icon size={18} color={toneInk(tone)} aria-hidden />
      </span>
      <Group gap={8}>
        <Text size="sm" fw={600}>
          {label}
        </Text>
        {before && (
          <Text size="sm" c="dimmed">
            was {before}
          </Text>
        )}
      </Group>
      {row.cause_title && <Text size="sm">{row.cause_title}</Text>}
      {row.note && <Text size="sm">{row.note}</Text>}
      <Text size="xs" c="dimmed" component="div" mb={row.evidence.length > 0 ? 4 : 0}>
        <RelativeTime iso={row.at} /> · <ExactTime iso={row.at} /> · by {actorLabel(row.actor, row.actor_name)}
      </Text>
      {row.evidence.length > 0 && (
        <Disclosure label={`Evidence: ${plural(row.evidence.length, 'answer')}`}>
          <EvidenceList items={row.evidence} />
        </Disclosure>
      )}
    </li>
  );
}
