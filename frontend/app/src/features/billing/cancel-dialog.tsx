import { List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { STOPS } from '../../lib/standing-words.ts';
import { billingOptions, useCancel } from './api.ts';

/** What a cancellation does, and when, before it is done (I2, I3). */
export default function CancelDialog({ onClose }: { onClose: () => void }) {
  const ends = useQuery(billingOptions()).data?.period_ends_at;
  const cancel = useCancel();
  const done = () => {
    notifyOk('The plan is cancelled', 'Everything works until the end of what is paid for.');
    onClose();
  };
  return (
    <ConfirmDialog
      title="Cancel the plan?"
      confirm="Cancel the plan"
      keep="Keep it"
      pending={cancel.isPending}
      error={cancel.error}
      onConfirm={() => cancel.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text size="sm">
          Nothing changes until {ends ? <ExactTime iso={ends} /> : 'the end of what is paid for'}: everything works, and
          you can resume the plan. Then:
        </Text>
        <List size="sm" spacing={4}>
          <List.Item>No more payments are taken.</List.Item>
          <List.Item>For everybody here {STOPS} are refused.</List.Item>
          <List.Item>Signing in, reading, exports, billing and support stay open. No data are deleted.</List.Item>
          <List.Item>
            Your connections are kept alive for 30 days more. Later they have to be connected anew, each by hand.
          </List.Item>
        </List>
        <Text size="sm">This gives no money back. For that, ask for a refund at the bottom of the page.</Text>
      </Stack>
    </ConfirmDialog>
  );
}
