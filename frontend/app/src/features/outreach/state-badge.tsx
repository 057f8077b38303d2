import { ToneBadge } from '../../components/tone-badge.tsx';
import type { OutreachCampaign } from '../../lib/types.ts';
import { STATES } from './words.ts';

export function StateBadge({ state }: { state: OutreachCampaign['state'] }) {
  const { label, tone, Icon } = STATES[state];
  return (
    <ToneBadge tone={tone} Icon={Icon}>
      {label}
    </ToneBadge>
  );
}
