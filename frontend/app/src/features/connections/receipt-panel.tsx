import { Group, List, Loader, Stack, Text, Title } from '@mantine/core';
import { IconReceipt } from '@tabler/icons-react';
import { Disclosure } from '../../components/disclosure.tsx';
import { Fact } from '../../components/evidence-list.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { panelStyle, toneInk } from '../../components/tones.ts';
import { count, plural } from '../../lib/numbers.ts';
import type { Receipt } from '../../lib/types.ts';

/** What a reconnect brought back, and what stays unknown. */
export function ReceiptPanel({ receipt }: { receipt: Receipt }) {
  const pending = receipt.status === 'pending';
  const tone = pending ? 'brand' : 'success';
  return (
    <section className="panel" style={panelStyle(tone)} aria-label="Reconnect receipt">
      <Stack gap="sm">
        <Group gap="xs" role="status">
          {pending ? <Loader size={18} aria-hidden /> : <IconReceipt size={20} color={toneInk(tone)} aria-hidden />}
          <Title order={2}>{pending ? 'Reconnected, reading what was missed' : 'Reconnected: what came back'}</Title>
        </Group>
        <dl className="facts">
          <Fact name="Gap">
            <ExactTime iso={receipt.window_from} /> – <ExactTime iso={receipt.window_until} />
          </Fact>
          <Fact name="New campaigns">{pending ? 'counting…' : count(receipt.campaigns_added)}</Fact>
          <Fact name="Updated campaigns">{pending ? 'counting…' : count(receipt.campaigns_changed)}</Fact>
          {!pending && receipt.unknown.length === 0 && <Fact name="Stays unknown">Nothing</Fact>}
        </dl>
        <Lines title="Stays unknown" lines={receipt.unknown} open />
        <Lines title={`${plural(receipt.settings_kept.length, 'setting')} kept`} lines={receipt.settings_kept} />
      </Stack>
    </section>
  );
}

type LinesProps = { title: string; lines: { title: string; detail: string }[]; open?: boolean };

function Lines({ title, lines, open = false }: LinesProps) {
  if (lines.length === 0) return null;
  return (
    <Disclosure label={title} startOpen={open}>
      <List size="sm" spacing={4}>
        {lines.map((line) => (
          <List.Item key={line.title}>
            {line.title}
            {line.detail && (
              <Text span size="sm" c="dimmed">
                {' – '}
                {line.detail}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </Disclosure>
  );
}
