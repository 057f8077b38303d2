import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconEye } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useReturnFocus } from '../lib/return-focus.ts';

type Props = { title: string; what: string; secret: string; children?: ReactNode; onClose: () => void };

/** A secret at the only moment it can be seen. It closes by its button alone: a stray click must not lose it. */
export function ShownOnce({ title, what, secret, children, onClose }: Props) {
  useReturnFocus();
  return (
    <Modal opened onClose={onClose} title={title} closeOnClickOutside={false} closeOnEscape={false} size="lg">
      <Stack>
        <Alert color="warning" variant="light" icon={<IconEye aria-hidden />}>
          <Text size="sm">This is shown once. Copy {what} now, and keep it where you keep passwords.</Text>
        </Alert>
        <Code block aria-label={what} className="break-anywhere" style={{ whiteSpace: 'pre-wrap' }}>
          {secret}
        </Code>
        {children}
        <Group justify="flex-end">
          <CopySecret secret={secret} />
          <Button onClick={onClose}>I have kept it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function CopySecret({ secret }: { secret: string }) {
  return (
    <CopyButton value={secret} timeout={4000}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          data-autofocus
          onClick={copy}
          leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        >
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </Button>
      )}
    </CopyButton>
  );
}
