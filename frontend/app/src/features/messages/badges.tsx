import { Group } from '@mantine/core';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Message } from '../../lib/types.ts';
import { looks } from './words.ts';

export function MessageBadges({ message }: { message: Message }) {
  return (
    <Group gap={4} component="span">
      {looks(message).map(({ label, tone, Icon }) => (
        <ToneBadge key={label} tone={tone} Icon={Icon}>
          {label}
        </ToneBadge>
      ))}
    </Group>
  );
}
