import { ActionIcon, Button, CopyButton, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconMessageQuestion } from '@tabler/icons-react';
import { askedEnough, toldWords } from '../lib/asked.ts';
import type { Asked } from '../lib/types.ts';
import { RelativeTime } from './relative-time.tsx';
import { Spoken } from './spoken.tsx';
import { ErrorState } from './states.tsx';

/** What `useMutation` gives; two calls ask for different things. */
export type Ask = { data: Asked | undefined; error: unknown; isPending: boolean; mutate: () => void };
type Props = { ask: Ask; about: string; message: string; size?: 'xs' | 'sm' };

/** One click tells those who may, and here stands what came of it; a message to paste is the second way. */
export function Asking({ ask, about, message, size = 'sm' }: Props) {
  const enough = askedEnough(ask.error);
  return (
    <Stack gap={0} align="flex-start">
      <Group gap={4}>
        <Button
          variant="default"
          size={size}
          disabled={Boolean(ask.data)}
          loading={ask.isPending}
          leftSection={<IconMessageQuestion size={16} aria-hidden />}
          onClick={() => ask.mutate()}
        >
          Ask an owner
          <Spoken>to {about}</Spoken>
        </Button>
        <CopyIcon message={message} about={about} size={size} />
        <Text size="sm" role="status">
          {ask.data && <Told asked={ask.data} />}
        </Text>
      </Group>
      {ask.error != null && <ErrorState error={ask.error} />}
      {enough && <Text size="sm">{enough}</Text>}
    </Stack>
  );
}

function Told({ asked }: { asked: Asked }) {
  if (!asked.already_asked) return <>Asked — {toldWords(asked)}.</>;
  return (
    <>
      You asked already, <RelativeTime iso={asked.asked_at} /> — {toldWords(asked)}. You can ask again{' '}
      <RelativeTime iso={asked.again_at} />
    </>
  );
}

const COPY = 'Copy a message for an owner';

function CopyIcon({ message, about, size }: { message: string; about: string; size: 'xs' | 'sm' }) {
  return (
    <CopyButton value={message} timeout={4000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Message copied' : COPY}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={size === 'xs' ? 30 : 36}
            aria-label={`${copied ? 'Message copied' : COPY}, to ${about}`}
            onClick={copy}
          >
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** For whoever cannot ask through us: their own address is not confirmed yet. */
export function CopyMessage({ message, size = 'sm' }: { message: string; size?: 'xs' | 'sm' }) {
  return (
    <CopyButton value={message} timeout={4000}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          size={size}
          onClick={copy}
          leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        >
          <span aria-live="polite">{copied ? 'Message copied' : COPY}</span>
        </Button>
      )}
    </CopyButton>
  );
}
