import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

type Props = { what: string; path: string };

/** For whoever may not do it themselves: a message to paste, with the place where it is done. */
export function AskOwner({ what, path }: Props) {
  return (
    <CopyButton value={`${what} ${window.location.origin}${path}`} timeout={4000}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        >
          <span aria-live="polite">{copied ? 'Message copied' : 'Copy a message for an owner'}</span>
        </Button>
      )}
    </CopyButton>
  );
}
