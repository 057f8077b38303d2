import { Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { count } from '../../lib/numbers.ts';
import type { OutreachRecipient } from '../../lib/types.ts';
import type { Versioned } from './api.ts';
import { ProgressLine } from './progress-line.tsx';
import { PEOPLE } from './words.ts';

/** Recipients by state, each leading to those it counts. */
export function PeopleCounts({ campaign }: { campaign: Versioned }) {
  const states = (Object.keys(PEOPLE) as OutreachRecipient['state'][]).filter((one) => campaign.recipients[one] > 0);
  return (
    <>
      <div style={{ maxWidth: 420 }}>
        <ProgressLine counts={campaign.recipients} name={campaign.name} />
      </div>
      <Group gap="xs">
        {states.map((state) => (
          <Link
            key={state}
            className="plain-link"
            to="/outreach/$campaign"
            params={{ campaign: campaign.id }}
            search={{ tab: 'recipients', state }}
          >
            <ToneBadge tone={PEOPLE[state].tone}>
              {PEOPLE[state].label}: {count(campaign.recipients[state])}
            </ToneBadge>
          </Link>
        ))}
      </Group>
    </>
  );
}
