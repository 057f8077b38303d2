import { Card, Group, Stack, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState, LoadingBlocks } from './states.tsx';

type PartProps = { title: string; badge?: ReactNode; lead?: ReactNode; actions?: ReactNode; children?: ReactNode };

/** A card of a page: its heading with how it stands, what it is for, its one main action, and the rest. */
export function Part({ title, badge, lead, actions, children }: PartProps) {
  return (
    <Card component="section" aria-label={title}>
      <Stack>
        <Group justify="space-between" align="flex-start" gap="sm">
          <div style={{ flex: '1 1 280px', minWidth: 0 }}>
            <Group gap="xs">
              <Title order={2}>{title}</Title>
              {badge}
            </Group>
            {lead && (
              <Text size="sm" c="dimmed" mt={2} component="div">
                {lead}
              </Text>
            )}
          </div>
          {actions}
        </Group>
        {children}
      </Stack>
    </Card>
  );
}

type LoadedProps<T> = {
  query: UseQueryResult<T, unknown>;
  label: string;
  heights: number[];
  children: (data: T) => ReactNode;
};

export function Loaded<T>({ query, label, heights, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return <LoadingBlocks label={label} heights={heights} />;
  return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
}

/** Lines under each other, parted by hairlines. */
export function Lines({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Stack component="ul" gap={0} m={0} p={0} className="lines" aria-label={label}>
      {children}
    </Stack>
  );
}

type LineProps = { name: ReactNode; children?: ReactNode; action?: ReactNode };

/** A line: what it is, more about it below, and what can be done with it; on a phone that goes below. */
export function Line({ name, children, action }: LineProps) {
  return (
    <li>
      <Group justify="space-between" align="center" gap="xs">
        <div style={{ flex: '1 1 240px', minWidth: 0 }}>
          <Group gap="xs" fz="sm" fw={500} className="break-anywhere">
            {name}
          </Group>
          <Text size="sm" c="dimmed" component="div" className="break-anywhere">
            {children}
          </Text>
        </div>
        {action && <Group gap="xs">{action}</Group>}
      </Group>
    </li>
  );
}
