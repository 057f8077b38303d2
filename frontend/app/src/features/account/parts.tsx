import { Anchor, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { identitiesOptions } from './api.ts';

type RowProps = { name: ReactNode; children?: ReactNode; action?: ReactNode };

/** A line of a card: what it is, more about it below, and the one thing to do with it. */
export function Row({ name, children, action }: RowProps) {
  return (
    <Group justify="space-between" align="center" gap="sm">
      <div style={{ flex: '1 1 210px', minWidth: 0 }}>
        <Text size="sm" fw={500} component="div" className="break-anywhere">
          {name}
        </Text>
        <Text size="sm" c="dimmed" component="div" className="break-anywhere">
          {children}
        </Text>
      </div>
      {action && <div style={{ flexShrink: 0 }}>{action}</div>}
    </Group>
  );
}

/** Who signed up at a provider has none, and what asks for it cannot be done before. */
export function useHasPassword(): boolean {
  return useQuery(identitiesOptions()).data?.has_password ?? true;
}

export function NeedsPassword() {
  return (
    <Text size="sm">
      This asks for a password, and you have none yet.{' '}
      <Anchor size="sm" underline="always" href="/forgot-password">
        Choose one by mail
      </Anchor>
    </Text>
  );
}
