import { Group, List, Stack, Text, Title } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import { Fact } from '../../components/evidence-list.tsx';
import { type Tone, toneInk } from '../../components/tones.ts';
import type { PreviewLine } from '../../lib/types.ts';

type Props = { title: string; lines: PreviewLine[]; Icon: TablerIcon; tone: Tone; inline?: boolean };

/** One group of what an action does: "Stops", "Is reset", "Stays". Inline: many short ones, name beside value. */
export function Consequences({ title, lines, Icon, tone, inline = false }: Props) {
  if (lines.length === 0) return null;
  return (
    <Stack gap={6} component="section" aria-label={title}>
      <Group gap={6} c={toneInk(tone)} wrap="nowrap">
        <Icon size={18} aria-hidden style={{ flexShrink: 0 }} />
        <Title order={3}>{title}</Title>
      </Group>
      {inline ? <Facts lines={lines} /> : <Lines lines={lines} />}
    </Stack>
  );
}

function Facts({ lines }: { lines: PreviewLine[] }) {
  return (
    <dl className="facts" style={{ paddingLeft: 24 }}>
      {lines.map((line) => (
        <Fact key={line.title} name={line.title}>
          {line.detail}
        </Fact>
      ))}
    </dl>
  );
}

function Lines({ lines }: { lines: PreviewLine[] }) {
  return (
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
  );
}
