import { RelativeTime } from '../../components/relative-time.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import type { Endpoint } from '../../lib/types.ts';

const HEALTH: Record<Endpoint['health'], [Tone, string]> = {
  untried: ['gray', 'No event sent yet'],
  working: ['success', 'Working'],
  failing: ['danger', 'Failing'],
};

export function EndpointBadge({ endpoint }: { endpoint: Endpoint }) {
  if (!endpoint.enabled) return <ToneBadge tone="gray">Disabled</ToneBadge>;
  const [tone, word] = HEALTH[endpoint.health];
  return <ToneBadge tone={tone}>{word}</ToneBadge>;
}

/** The latest that is known, in one line. */
export function EndpointNews({ endpoint }: { endpoint: Endpoint }) {
  const { failing_since: failing, last_success_at: good, pending, failed } = endpoint;
  return (
    <>
      {failing && (
        <>
          nothing accepted since <RelativeTime iso={failing} />
        </>
      )}
      {!failing && good && (
        <>
          last accepted <RelativeTime iso={good} />
        </>
      )}
      {!failing && !good && 'nothing accepted yet'}
      {pending > 0 && ` · ${pending} waiting`}
      {failed > 0 && ` · ${failed} given up`}
    </>
  );
}
