import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTimeZone } from '../../../lib/session.tsx';
import { instantOf, zoneLabel } from '../../../lib/time.ts';

/** Not before a time of the organization's zone; pace and limits of the mailbox come on top. */
export function SendLater({ disabled, onLater }: { disabled: boolean; onLater: (at: string) => void }) {
  const zone = useTimeZone();
  const [open, setOpen] = useState(false);
  const [local, setLocal] = useState('');
  if (!open) {
    return (
      <Button variant="default" disabled={disabled} onClick={() => setOpen(true)}>
        Send later…
      </Button>
    );
  }
  const at = local ? instantOf(local, zone) : null;
  const past = at !== null && Date.parse(at) < Date.now();
  return (
    <Group gap="xs" align="flex-end">
      <TextInput
        type="datetime-local"
        label={`Not before (${zoneLabel(zone)})`}
        value={local}
        error={past ? 'This time is over.' : undefined}
        onChange={(e) => setLocal(e.target.value)}
      />
      <Button variant="default" disabled={disabled || at === null || past} onClick={() => at && onLater(at)}>
        Send then
      </Button>
      <Button variant="subtle" color="gray" onClick={() => setOpen(false)}>
        Not later
      </Button>
    </Group>
  );
}
