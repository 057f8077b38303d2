import { Button, Group, Text } from '@mantine/core';
import { problemText } from '../../../lib/problem.ts';
import type { DraftKeeper, View } from './keeper.ts';
import { isBare, isWhole } from './words-of.ts';

/** Whether what was typed is safe. */
export function SavedLine({ keeper, view }: { keeper: DraftKeeper; view: View }) {
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed" role="status">
        {wordsFor(keeper, view)}
      </Text>
      {view.phase === 'failed' && (
        <Button size="compact-xs" variant="default" onClick={() => void keeper.flush()}>
          Save again
        </Button>
      )}
    </Group>
  );
}

function wordsFor(keeper: DraftKeeper, { phase, error, words, stored, theirs }: View): string {
  if (phase === 'saving') return 'Saving…';
  if (phase === 'failed') return `Not saved on the server: ${problemText(error).title}. It is kept in this tab.`;
  if (theirs) return 'Not saved: choose whose words stay.';
  if (keeper.isDirty()) return 'Not saved yet';
  if (!stored) return isBare(words) ? 'Saved as a draft as soon as you write' : '';
  return isWhole(words) ? 'Draft saved' : 'Draft saved, except for what is no address yet';
}
