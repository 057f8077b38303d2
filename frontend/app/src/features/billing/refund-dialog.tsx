import { Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { money } from '../../lib/money.ts';
import { STOPS } from '../../lib/standing-words.ts';
import type { Refund } from '../../lib/types.ts';
import { useAskRefund } from './api.ts';

type Props = { refund: Refund; onSent: (reference: string) => void; onClose: () => void };

/** The request to support is written already; what a refund ends is said before it is sent. */
export default function RefundDialog({ refund, onSent, onClose }: Props) {
  const [words, setWords] = useState(refund.request?.description ?? '');
  const ask = useAskRefund(refund);
  const sent = ({ reference }: { reference: string }) => {
    onSent(reference);
    onClose();
  };
  const { amount, currency } = refund;
  return (
    <ConfirmDialog
      title="Ask for a refund?"
      confirm="Send to support"
      keep="Keep the plan"
      pending={ask.isPending}
      error={ask.error}
      onConfirm={() => ask.mutate(words, { onSuccess: sent })}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text size="sm">
          Support gives back {amount !== null && currency ? money(amount, currency) : 'the payment'}. With that the plan
          ends at once, not at the end of the month: {STOPS} are refused from then on, unless some of the trial is left.
          No data are deleted.
        </Text>
        <Textarea
          label="Your request"
          description="Written already. You may add why."
          rows={4}
          resize="vertical"
          maxLength={10_000}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </Stack>
    </ConfirmDialog>
  );
}
