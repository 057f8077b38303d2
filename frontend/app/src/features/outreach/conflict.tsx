import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { Disclosure } from '../../components/disclosure.tsx';
import type { Versioned } from './api.ts';
import { changedByOthers } from './draft.ts';
import { delayWords } from './words.ts';

type Props = { base: Versioned; theirs: Versioned; pending: boolean; onMine: () => void; onTheirs: () => void };

/** Somebody saved other steps meanwhile: both stay readable until one of them is chosen. */
export function Conflict({ base, theirs, pending, onMine, onTheirs }: Props) {
  return (
    <Alert
      color="warning"
      variant="light"
      role="alert"
      icon={<IconUsers aria-hidden />}
      title="Somebody changed these steps while you were writing"
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{changedByOthers(base, theirs)} What you typed is still here, and nothing was saved over.</Text>
        <Disclosure label="See their steps">
          {theirs.steps.map((step) => (
            <Text key={step.number} size="sm" className="break-anywhere">
              {step.number}. {step.subject ?? 'In the same thread'} ({delayWords(step.delay_s, step.number)}):{' '}
              {words(step.html)}
            </Text>
          ))}
        </Disclosure>
        <Group gap="xs">
          <Button size="xs" loading={pending} onClick={onMine}>
            Save mine over theirs
          </Button>
          <Button size="xs" variant="default" onClick={onTheirs}>
            Discard mine, take theirs
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

const words = (html: string) => new DOMParser().parseFromString(html, 'text/html').body.textContent ?? '';
