import { List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyOk } from '../../lib/notify.ts';
import type { Plan } from '../../lib/types.ts';
import { plansOptions, usageOptions, useChangePlan } from './api.ts';
import { beyond, price } from './words.ts';

/** What is charged, what holds at once, and what of the present is beyond a smaller plan. */
export default function ChangeDialog({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const change = useChangePlan();
  const present = useQuery(plansOptions()).data?.data.find((one) => one.current);
  const usage = useQuery(usageOptions()).data;
  const over = beyond(plan.limits, usage);
  const larger = !present || plan.amount > present.amount;
  const done = () => {
    notifyOk(`Your plan is ${plan.name}`, 'It holds from now on.');
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Change to ${plan.name}?`}
      confirm={`Change to ${plan.name}`}
      danger={false}
      pending={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate(plan.key, { onSuccess: done })}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text size="sm">
          {present && `${present.name} costs ${price(present)}, `}
          {plan.name} {price(plan)}. The change holds at once.
        </Text>
        <Text size="sm">
          {larger
            ? 'The difference for the rest of the paid time is charged to your card now. If the card is declined, nothing changes.'
            : 'What is paid already for the rest of the time is taken off your next payments.'}
        </Text>
        {over.length > 0 && (
          <div>
            <Text size="sm">You use more than {plan.name} allows. All of it stays; only adding is refused:</Text>
            <List size="sm" mt={4}>
              {over.map((line) => (
                <List.Item key={line}>{line}</List.Item>
              ))}
            </List>
          </div>
        )}
      </Stack>
    </ConfirmDialog>
  );
}
