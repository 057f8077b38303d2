import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Fact } from '../../components/evidence-list.tsx';
import { Part } from '../../components/part.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { plural } from '../../lib/numbers.ts';
import type { Versioned } from './api.ts';
import { scheduleWords } from './schedule-words.ts';
import type { Tab } from './search.ts';
import { StateBadge } from './state-badge.tsx';
import { PAUSES } from './words.ts';

type Props = { campaign: Versioned; onOpen: (tab: Tab) => void };

/** How it stands, why, and whose move it is. */
export function StateCard({ campaign, onOpen }: Props) {
  const { state, pause_reason: reason, started_at: started, finished_at: finished } = campaign;
  const paused = state === 'paused' && reason ? PAUSES[reason] : null;
  return (
    <Part title="State" badge={<StateBadge state={state} />} actions={<Way reason={reason} onOpen={onOpen} />}>
      <dl className="facts">
        {paused && (
          <>
            <Fact name="Why">
              {paused.why} {campaign.paused_at && <RelativeTime iso={campaign.paused_at} />}
            </Fact>
            <Fact name="Who must act">{paused.who}</Fact>
          </>
        )}
        {state === 'running' && <Fact name="Who must act">{running(campaign)}</Fact>}
        {state === 'finished' && (
          <Fact name="Who must act">
            Nobody. Everybody had what was meant for them; after adding recipients it can be resumed.
          </Fact>
        )}
        {started && (
          <Fact name="Started">
            <ExactTime iso={started} />
          </Fact>
        )}
        {finished && (
          <Fact name="Finished">
            <ExactTime iso={finished} />
          </Fact>
        )}
        <Fact name="Sends">{scheduleWords(campaign.schedule)}</Fact>
      </dl>
    </Part>
  );
}

function running({ accounts }: Versioned): string {
  const broken = accounts.filter((one) => one.state !== 'removed' && !one.usable);
  if (broken.length === 0) return 'Nobody: it sends by itself.';
  return `${plural(broken.length, 'mailbox', 'mailboxes')} of its FROM list cannot send; see FROM and rotation.`;
}

function Way({ reason, onOpen }: { reason: Versioned['pause_reason']; onOpen: Props['onOpen'] }) {
  if (reason === 'connection_inactive' || reason === 'disconnected') {
    return (
      <Button variant="default" size="xs" onClick={() => onOpen('accounts')}>
        See its mailboxes
      </Button>
    );
  }
  if (reason === 'subscription') {
    return (
      <Button variant="default" size="xs" renderRoot={(props) => <Link {...props} to="/settings/billing" />}>
        Open billing
      </Button>
    );
  }
  return null;
}
