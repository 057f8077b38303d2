import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { plural } from '../../lib/numbers.ts';
import { pathErrors } from '../../lib/problem.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { OutreachRecipientDraft } from '../../lib/types.ts';
import { useAddRecipients } from './changes.ts';

const MOST = 1000;

/** A few by hand; files go by the import. */
export default function AddRecipients({ campaignId, onClose }: { campaignId: string; onClose: () => void }) {
  useReturnFocus();
  const [typed, setTyped] = useState('');
  const add = useAddRecipients(campaignId);
  const people = parse(typed);
  const wrong = wrongLines(add.error, people);
  return (
    <Modal opened onClose={onClose} size="lg" title="Add recipients">
      {add.data ? (
        <Done {...add.data} onClose={onClose} />
      ) : (
        <Stack>
          <Textarea
            label="Addresses"
            description="One on each line. With a name: Name <name@example.com>"
            autosize
            minRows={6}
            maxRows={16}
            data-autofocus
            value={typed}
            error={people.length > MOST ? `At most ${MOST} at once. Import a file for more.` : wrong}
            onChange={(e) => setTyped(e.target.value)}
          />
          {add.error != null && !wrong && <ErrorState error={add.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              disabled={people.length === 0 || people.length > MOST}
              loading={add.isPending}
              onClick={() => add.mutate(people)}
            >
              {people.length > 0 ? `Add ${plural(people.length, 'recipient')}` : 'Add recipients'}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

type DoneProps = { added: number; duplicates: number; suppressed: number; onClose: () => void };

function Done({ added, duplicates, suppressed, onClose }: DoneProps) {
  return (
    <Stack>
      <div role="status">
        <Text size="sm" fw={500}>
          {plural(added, 'recipient')} added.
        </Text>
        {duplicates > 0 && (
          <Text size="sm">
            {plural(duplicates, 'address was', 'addresses were')} in the campaign already, or twice.
          </Text>
        )}
        {suppressed > 0 && (
          <Text size="sm">
            {plural(suppressed, 'of them is', 'of them are')} on the suppression list and will get no mail.
          </Text>
        )}
      </div>
      <Group justify="flex-end">
        <Button onClick={onClose}>Close</Button>
      </Group>
    </Stack>
  );
}

const NAMED = /^(.*?)\s*<([^<>]+)>$/;

export const parse = (typed: string): OutreachRecipientDraft[] =>
  typed
    .split(/[\n;]+/)
    .map((line) => line.trim().replace(/,$/, ''))
    .filter(Boolean)
    .map((line) => {
      const named = NAMED.exec(line);
      return named ? { address: named[2] ?? '', name: (named[1] ?? '').replace(/^"|"$/g, '') } : { address: line };
    });

/** The server says which entry is no address; people read the line itself. */
function wrongLines(error: unknown, people: OutreachRecipientDraft[]): string | undefined {
  const places = Object.keys(pathErrors(error)).flatMap((path) => /^recipients\.(\d+)\./.exec(path)?.[1] ?? []);
  const lines = places.map((place) => people[Number(place)]?.address ?? place);
  return lines.length > 0 ? `No address that mail could go to: ${lines.slice(0, 5).join(', ')}` : undefined;
}
