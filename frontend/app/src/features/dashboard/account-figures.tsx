import { Stack } from '@mantine/core';
import { useState } from 'react';
import { FiguresSection } from './figures-section.tsx';
import { ReconciliationPart } from './reconciliation.tsx';
import type { FiguresSearch } from './search.ts';

type Props = { connectionId: string; provider: string; providerLabel: string };

/** Of one account; they come after the account itself, which is why one opens its page. */
export default function AccountFigures(props: Props) {
  const [search, setSearch] = useState<FiguresSearch>({});
  const change = (part: FiguresSearch) => setSearch({ ...search, ...part });
  return (
    <Stack gap="lg">
      <FiguresSection search={{ ...search, account: props.connectionId }} onSearch={change} />
      <ReconciliationPart {...props} />
    </Stack>
  );
}
