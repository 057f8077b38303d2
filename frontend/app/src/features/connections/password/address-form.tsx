import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { ErrorState } from '../../../components/states.tsx';
import { fieldErrors } from '../../../lib/problem.ts';
import type { Discovery } from '../../../lib/types.ts';
import { useDiscover } from '../api.ts';

type Props = {
  address: string;
  onAddress: (address: string) => void;
  onFound: (found: Discovery) => void;
  onByHand: () => void;
};

/** First the address alone: most people need to know nothing else. */
export function AddressForm({ address, onAddress, onFound, onByHand }: Props) {
  const discover = useDiscover();
  const errors = fieldErrors(discover.error);
  const find = () => discover.mutate(address.trim(), { onSuccess: ({ data }) => onFound(data) });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        find();
      }}
    >
      <Stack>
        <Text size="sm">
          We look up the servers of your mail provider by your address. Nobody signs in yet, and nothing is stored.
        </Text>
        <TextInput
          label="E-mail address"
          type="email"
          required
          withAsterisk={false}
          data-autofocus
          autoComplete="email"
          placeholder="you@example.com"
          value={address}
          error={errors['address']}
          onChange={(e) => onAddress(e.target.value)}
        />
        {discover.error && <ErrorState error={discover.error} />}
        <Group justify="space-between">
          <Button variant="subtle" disabled={!address.includes('@')} onClick={onByHand}>
            Enter servers by hand
          </Button>
          <Button type="submit" loading={discover.isPending} leftSection={<IconSearch size={16} aria-hidden />}>
            Find servers
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
