import { Menu, Text } from '@mantine/core';
import { IconMessageQuestion } from '@tabler/icons-react';
import { askedEnough, toldWords } from '../../lib/asked.ts';
import { problemText } from '../../lib/problem.ts';
import type { Asked } from '../../lib/types.ts';
import { useAsk, useMayAsk, type Wanted, wishWords } from '../../lib/wishes.ts';

/** Below a menu's closed entry. The menu stays open: here stands what came of it. */
export default function AskItem({ wish }: { wish: Wanted }) {
  const may = useMayAsk(wish);
  const ask = useAsk(wish);
  if (!may) return null;
  return (
    <Menu.Item
      closeMenuOnClick={false}
      leftSection={<IconMessageQuestion size={16} aria-hidden />}
      onClick={() => !ask.isPending && !ask.data && ask.mutate()}
    >
      Ask an owner to {wishWords(wish)}
      <Text component="span" size="xs" display="block" aria-live="polite">
        {ask.data && told(ask.data)}
        {ask.error && failure(ask.error)}
      </Text>
    </Menu.Item>
  );
}

const told = (asked: Asked) => `${asked.already_asked ? 'You asked already today' : 'Asked'} — ${toldWords(asked)}.`;

function failure(error: unknown): string {
  const { title, detail } = problemText(error);
  return `${title}. ${askedEnough(error) ?? detail ?? ''}`;
}
