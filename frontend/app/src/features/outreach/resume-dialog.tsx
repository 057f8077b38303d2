import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Line, Lines } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import { plural } from '../../lib/numbers.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import { useBlocked } from '../../lib/standing.ts';
import type { OutreachCampaign } from '../../lib/types.ts';
import { useResumeAll } from './changes.ts';
import { Resumed } from './resumed.tsx';
import { PAUSES, progress } from './words.ts';

type Props = { campaigns: OutreachCampaign[]; onClose: () => void };

/** Exactly what will go on, and what cannot yet, with the reason. */
export default function ResumeDialog({ campaigns: now, onClose }: Props) {
  useReturnFocus();
  const [campaigns] = useState(now); // the list that was looked at is the list that is resumed
  const blocked = useBlocked();
  const why = (one: OutreachCampaign) => hindrance(one, blocked);
  const ready = campaigns.filter((one) => why(one) === null);
  const [chosen, setChosen] = useState(ready.map((one) => one.id));
  const resume = useResumeAll();
  const toggle = (id: string) =>
    setChosen((ids) => (ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]));
  return (
    <Modal opened onClose={onClose} size="lg" title="Resume campaigns">
      <Stack>
        {resume.data ? (
          <Resumed done={resume.data} names={Object.fromEntries(campaigns.map(({ id, name }) => [id, name]))} />
        ) : (
          <Lines label="Campaigns paused by trouble">
            {campaigns.map((one) => (
              <Line key={one.id} name={<Choice campaign={one} why={why(one)} chosen={chosen} onToggle={toggle} />}>
                {why(one) ?? `${plural(progress(one.recipients).open, 'recipient')} with mails to come.`}{' '}
                {one.pause_reason && PAUSES[one.pause_reason].why}
              </Line>
            ))}
          </Lines>
        )}
        {resume.error && <ErrorState error={resume.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {resume.data ? 'Close' : 'Cancel'}
          </Button>
          {!resume.data && (
            <Button
              disabled={chosen.length === 0}
              loading={resume.isPending}
              onClick={() => resume.mutate(chosen)}
            >{`Resume ${plural(chosen.length, 'campaign')}`}</Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

type ChoiceProps = { campaign: OutreachCampaign; why: string | null; chosen: string[]; onToggle: (id: string) => void };

function Choice({ campaign, why, chosen, onToggle }: ChoiceProps) {
  if (why !== null) return <Text size="sm">{campaign.name}</Text>;
  return (
    <Checkbox label={campaign.name} checked={chosen.includes(campaign.id)} onChange={() => onToggle(campaign.id)} />
  );
}

/** Why it cannot go on yet. The server asks again for each. */
function hindrance(campaign: OutreachCampaign, blocked: string | null): string | null {
  if (!campaign.may_change) return 'Somebody else made it: ask them, an owner or a manager.';
  if (blocked) return blocked;
  const listed = campaign.accounts.filter((one) => one.state !== 'removed');
  if (listed.some((one) => one.usable)) return null;
  const first = listed[0];
  return first
    ? `Cannot go on yet. ${first.address}: ${first.detail}`
    : 'Its FROM list is empty: re-add a mailbox first.';
}
