import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Line, Lines } from '../../components/part.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { plural } from '../../lib/numbers.ts';
import type { OutreachResumed } from '../../lib/types.ts';

/** What goes on now, and what could not, each with the server’s reason. */
export function Resumed({ done, names }: { done: OutreachResumed; names: Record<string, string> }) {
  return (
    <>
      <Text size="sm" fw={500} role="status">
        {plural(done.resumed.length, 'campaign')} resumed
        {done.not_resumed.length > 0 && `, ${done.not_resumed.length} not`}.
      </Text>
      <Lines label="What came of it">
        {done.resumed.map((id) => (
          <Line key={id} name={<CampaignLink id={id} name={names[id] ?? 'Campaign'} />}>
            <ToneBadge tone="success">Running</ToneBadge>
          </Line>
        ))}
        {done.not_resumed.map((one) => (
          <Line key={one.id} name={<CampaignLink id={one.id} name={one.name} />}>
            Not resumed. {one.detail}
          </Line>
        ))}
      </Lines>
    </>
  );
}

export function CampaignLink({ id, name }: { id: string; name: string }) {
  return (
    <Link className="link" to="/outreach/$campaign" params={{ campaign: id }}>
      {name}
    </Link>
  );
}
