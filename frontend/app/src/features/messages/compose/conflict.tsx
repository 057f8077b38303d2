import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { Disclosure } from '../../../components/disclosure.tsx';
import { Fact } from '../../../components/evidence-list.tsx';
import { MailFrame } from '../../../components/mail-frame.tsx';
import type { Versioned } from '../api.ts';
import type { DraftKeeper } from './keeper.ts';
import { changedWords, wordsOf } from './words-of.ts';

type Props = { keeper: DraftKeeper; before: Versioned | null; theirs: Versioned };

/** The draft was changed elsewhere meanwhile: both stay readable until one of them is chosen. */
export default function Conflict({ keeper, before, theirs }: Props) {
  const words = wordsOf(theirs);
  return (
    <Alert
      color="warning"
      variant="light"
      role="alert"
      icon={<IconUsers aria-hidden />}
      title="This draft was changed elsewhere while you were writing"
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          {before && before.etag !== theirs.etag && changedWords(before, theirs)} What you typed is still here, and
          nothing was saved over.
        </Text>
        <Disclosure label="See the other version">
          <dl className="facts">
            <Fact name="To">{words.to.replaceAll('\n', ', ') || 'Nobody'}</Fact>
            <Fact name="Subject">{words.subject || 'None'}</Fact>
          </dl>
          <MailFrame title="The other version" html={words.html} />
        </Disclosure>
        <Group gap="xs">
          <Button size="xs" onClick={() => keeper.keepMine()}>
            Keep mine
          </Button>
          <Button size="xs" variant="default" onClick={() => keeper.takeTheirs()}>
            Discard mine, take the other
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
