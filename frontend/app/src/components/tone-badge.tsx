import { Badge } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { badgeStyle, type Tone } from './tones.ts';

export function ToneBadge({ tone, Icon, children }: { tone: Tone; Icon?: TablerIcon; children: ReactNode }) {
  return (
    <Badge
      leftSection={Icon && <Icon size={14} aria-hidden />}
      styles={{ root: badgeStyle(tone), label: { fontWeight: 500 } }}
    >
      {children}
    </Badge>
  );
}
