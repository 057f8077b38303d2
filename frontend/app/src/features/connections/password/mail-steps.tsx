import { Code, Group, SimpleGrid, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { panelStyle, type Tone, toneInk } from '../../../components/tones.ts';
import type { MailStep } from '../../../lib/types.ts';
import type { Protocol } from './draft.ts';

const TITLES: Record<Protocol, string> = { imap: 'Reading (IMAP)', smtp: 'Sending (SMTP)' };

/** A test told step by step: each passed, failed with its reason and what to do, or was not reached. */
export function MailSteps({ ok, steps }: { ok: boolean; steps: MailStep[] }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' }); // newer browsers answer with a promise, which is no clean-up
  }, []);
  return (
    <section
      ref={place}
      className="panel"
      style={panelStyle(ok ? 'success' : 'danger')}
      role={ok ? 'status' : 'alert'}
      aria-label="Test result"
    >
      <Title order={2}>{ok ? 'Every step passed' : 'The test failed; nothing was stored'}</Title>
      <SimpleGrid cols={{ base: 1, sm: 2 }} mt="sm">
        {(['imap', 'smtp'] as const).map((protocol) => (
          <Server key={protocol} title={TITLES[protocol]} steps={steps.filter((step) => step.protocol === protocol)} />
        ))}
      </SimpleGrid>
    </section>
  );
}

function Server({ title, steps }: { title: string; steps: MailStep[] }) {
  if (steps.length === 0) return null;
  return (
    <div>
      <Title order={3} mb={4}>
        {title}
      </Title>
      <ol className="steps" aria-label={title}>
        {steps.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ol>
    </div>
  );
}

const LOOKS = {
  passed: { tone: 'success' as Tone, Icon: IconCircleCheck, word: 'passed' },
  failed: { tone: 'danger' as Tone, Icon: IconCircleX, word: 'failed' },
  skipped: { tone: 'gray' as Tone, Icon: IconCircleDashed, word: 'not reached' },
};

function Step({ step }: { step: MailStep }) {
  const { tone, Icon, word } = LOOKS[step.ok === null ? 'skipped' : step.ok ? 'passed' : 'failed'];
  return (
    <li>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <Icon size={16} color={toneInk(tone)} style={{ flexShrink: 0, marginTop: 3 }} aria-hidden />
        <div>
          <Text size="sm" c={step.ok === null ? 'dimmed' : undefined}>
            {step.label}: {word}
          </Text>
          {step.detail && (
            <Text size="sm" fw={500}>
              {step.detail}
            </Text>
          )}
          {step.hint && <Text size="sm">{step.hint}</Text>}
          {step.answer && (
            <Text size="sm" component="div" c="dimmed" className="break-anywhere">
              The server said: <Code>{step.answer}</Code>
            </Text>
          )}
        </div>
      </Group>
    </li>
  );
}
