import { Group, List, Stack, Text, Title } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import { type Tone, toneInk } from '../../components/tones.ts';
import type { PreviewLine } from '../../lib/types.ts';

type Props = { title: string; lines: PreviewLine[]; Icon: TablerIcon; tone: Tone };

/** One group of what an action does: "Stops", "Is reset", "Stays". */
export function Consequences({ title, lines, Icon, tone }: Props) {
  if (lines.length === 0) return null;
  return (
    <Stack gap={6} component="section" aria-label={title}>
      <Group gap={6} c={toneInk(tone)}>
        <Icon size={18} aria-hidden />
        <Title order={3}>{title}</Title>
      </Group>
      <List size="sm" spacing={6} pl={24} listStyleType="none" withPadding={false}>
        {lines.map((line) => (
          <List.Item key={line.title}>
            <Text size="sm" fw={500}>
              {line.title}
            </Text>
            {line.detail && (
              <Text size="sm" c="dimmed">
                {line.detail}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
