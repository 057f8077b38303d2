import { Alert, Checkbox, List, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { plural } from '../../lib/numbers.ts';
import type { OutreachHindrance } from '../../lib/types.ts';
import type { Versioned } from './api.ts';
import { useStart } from './changes.ts';
import { scheduleWords } from './schedule-words.ts';
import { progress } from './words.ts';

type Props = { campaign: Versioned; hindrances: OutreachHindrance[]; onClose: () => void };

/** To whom, from where, when: said once before real mail leaves. */
export default function StartDialog({ campaign, hindrances, onClose }: Props) {
  const [leaveOut, setLeaveOut] = useState(false);
  const start = useStart(campaign.id);
  const missing = hindrances.filter((one) => one.code === 'missing_fields');
  const begin = () =>
    start.mutate(leaveOut, {
      onSuccess: () => {
        notifyOk(`${campaign.name} is running`);
        onClose();
      },
    });
  return (
    <ConfirmDialog
      title={`Start ${campaign.name}?`}
      confirm="Start sending"
      danger={false}
      pending={start.isPending}
      error={start.error}
      disabled={missing.length > 0 && !leaveOut}
      onConfirm={begin}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Facts campaign={campaign} />
        {missing.length > 0 && (
          <Alert color="warning" variant="light" p="sm" icon={<IconAlertTriangle aria-hidden />}>
            {missing.map((one) => (
              <div key={one.detail}>{one.detail}</div>
            ))}
            <Checkbox
              mt="xs"
              label="Leave these recipients out"
              description="They become “skipped”, and can be taken back once they have the field."
              checked={leaveOut}
              onChange={(e) => setLeaveOut(e.currentTarget.checked)}
            />
          </Alert>
        )}
      </Stack>
    </ConfirmDialog>
  );
}

function Facts({ campaign }: { campaign: Versioned }) {
  const listed = campaign.accounts.filter((one) => one.state !== 'removed');
  return (
    <List size="sm" spacing={4}>
      <List.Item>
        {plural(progress(campaign.recipients).open, 'recipient')}, {plural(campaign.steps.length, 'step')}.
      </List.Item>
      <List.Item>From {listed.map((one) => one.address).join(', ')}.</List.Item>
      {listed.length > 1 && (
        <List.Item>
          It becomes a rotation, for ever: each recipient stays with the mailbox that wrote to them first.
        </List.Item>
      )}
      <List.Item>{scheduleWords(campaign.schedule)}</List.Item>
    </List>
  );
}
