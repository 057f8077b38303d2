import { Group, Stack, Text } from '@mantine/core';
import { RepairLink } from '../../../components/repair-link.tsx';
import { SelectLater } from '../../../components/select-later.tsx';
import { useUsability } from '../../../lib/sending.ts';
import type { SendingMailbox } from '../../../lib/types.ts';
import type { WayBack } from '../../../lib/way-back.ts';

type Props = { value: string | null; back: WayBack; onChange: (id: string | null) => void };

const TROUBLE: Record<string, string> = {
  connection_inactive: 'inactive',
  connection_disconnected: 'disconnected',
  connection_verifying: 'being checked',
  permission_missing: 'permission missing',
  rate_limited: 'slowed by the provider',
};

const label = ({ address, label: name, usable, code }: SendingMailbox) =>
  `${address || name}${usable ? '' : ` (${TROUBLE[code] ?? 'cannot send now'})`}`;

/** From which mailbox it goes; each with what is true of its connection at this moment. */
export function MailboxField({ value, back, onChange }: Props) {
  const mailboxes = useUsability()?.mailboxes;
  const chosen = mailboxes?.find((one) => one.mailbox_id === value);
  const foreign = mailboxes && value !== null && !chosen;
  return (
    <Stack gap={4}>
      <SelectLater
        label="From"
        placeholder={mailboxes?.length === 0 ? 'No mailbox is connected' : 'Choose a mailbox'}
        allowDeselect={false}
        value={chosen ? value : null}
        data={(mailboxes ?? []).map((one) => ({ value: one.mailbox_id, label: label(one) }))}
        onChange={onChange}
      />
      {foreign && <Text size="sm">You cannot send from this email’s mailbox now. Choose another one.</Text>}
      {chosen && !chosen.usable && (
        <Group gap="xs">
          <Text size="sm">{chosen.detail}</Text>
          <RepairLink mailbox={chosen} back={back} />
        </Group>
      )}
    </Stack>
  );
}
