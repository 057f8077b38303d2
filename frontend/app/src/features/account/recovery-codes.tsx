import { Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useSession } from '../../lib/session.tsx';
import { CopyText } from './copy-text.tsx';

type Props = { codes: string[]; onDone: () => void };

export function RecoveryCodes({ codes, onDone }: Props) {
  const { user } = useSession();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.focus(), []); // the button that led here is gone
  const text = codes.join('\n');
  return (
    <Stack>
      <Text size="sm">
        Without your phone, each of these signs you in once. They are not shown again: keep them where you keep
        passwords.
      </Text>
      <ul ref={list} tabIndex={-1} className="recovery-codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group gap="xs">
        <CopyText text={text} label="Copy codes" />
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
          onClick={() => download(`Mailwarden recovery codes of ${user.email}\n\n${text}\n`)}
        >
          Download
        </Button>
      </Group>
      <Group justify="flex-end">
        <Button onClick={onDone}>I have kept them</Button>
      </Group>
    </Stack>
  );
}

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'mailwarden-recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(url);
}
