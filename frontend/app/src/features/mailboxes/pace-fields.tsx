import { NumberInput, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { plural } from '../../lib/numbers.ts';
import type { MailboxSettings } from '../../lib/types.ts';

type Amount = 'send_interval_s' | 'daily_limit' | 'domain_daily_limit' | 'warm_up_start' | 'warm_up_step';
type Props = {
  value: MailboxSettings;
  errors: Record<string, string>;
  set: (change: Partial<MailboxSettings>) => void;
};

/** How fast the mailbox may send. All of it also holds together: the smallest one decides. */
export function PaceFields({ value, errors, set }: Props) {
  const amount = (name: Amount, max: number, min = 1) => ({
    min,
    max,
    allowDecimal: false,
    thousandSeparator: ',',
    value: value[name],
    error: errors[name],
    onChange: (next: string | number) => typeof next === 'number' && set({ [name]: next }),
  });
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput
          label="Sending speed"
          description="Seconds between two mails."
          suffix=" s"
          {...amount('send_interval_s', 3600, 10)}
        />
        <NumberInput label="Daily limit" description="Mails a day at most." {...amount('daily_limit', 10_000)} />
        <NumberInput
          label="Daily limit per recipient domain"
          description="Recipients a day at one domain, such as example.com."
          {...amount('domain_daily_limit', 10_000)}
        />
      </SimpleGrid>
      <Switch
        label="Warm up"
        description="Begins with few mails a day and grows: for an account that receivers do not know yet."
        checked={value.warm_up}
        onChange={(e) => set({ warm_up: e.currentTarget.checked })}
      />
      {value.warm_up && (
        <>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NumberInput
              label="Begins with"
              description="Mails on the account’s first day."
              {...amount('warm_up_start', 10_000)}
            />
            <NumberInput
              label="Grows by"
              description="So many more on each following day."
              {...amount('warm_up_step', 1_000)}
            />
          </SimpleGrid>
          <Text size="sm" c="dimmed">
            {rampWords(value)}
          </Text>
        </>
      )}
    </Stack>
  );
}

function rampWords({ warm_up_start: start, warm_up_step: step, daily_limit: most }: MailboxSettings): string {
  if (start >= most) return 'It begins at the daily limit already.';
  const days = Math.ceil((most - start) / step);
  return `It reaches the daily limit after ${plural(days, 'day')} of sending.`;
}
