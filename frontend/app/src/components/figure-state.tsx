import { IconCircleCheck, IconClockHour4, IconQuestionMark, type TablerIcon } from '@tabler/icons-react';
import { useTimeZone } from '../lib/session.tsx';
import { shortDate } from '../lib/time.ts';
import type { FigureState } from '../lib/types.ts';
import { ToneBadge } from './tone-badge.tsx';
import type { Tone } from './tones.ts';

const LOOKS: Record<FigureState, [string, Tone, TablerIcon]> = {
  provisional: ['provisional', 'warning', IconClockHour4],
  unconfirmed: ['not confirmed', 'gray', IconQuestionMark],
  settled: ['settled', 'gray', IconCircleCheck],
};

/** Whether figures still move, and until when. */
export function FigureStateBadge({ state, until }: { state: FigureState; until: string | null }) {
  const zone = useTimeZone();
  const [word, tone, Icon] = LOOKS[state];
  return (
    <ToneBadge tone={tone} Icon={Icon}>
      {word}
      {state === 'provisional' && until && ` until ${shortDate(until, zone)}`}
    </ToneBadge>
  );
}

type Sent = { sent_at: string | null; provisional_until: string | null; settled: boolean; figures: unknown };

/** The same of one campaign; nothing, where nothing was sent or read. */
export function campaignState({ sent_at: sent, provisional_until: until, settled, figures }: Sent): FigureState | null {
  if (!sent || !until || figures === null) return null;
  if (settled) return 'settled';
  return Date.parse(until) > Date.now() ? 'provisional' : 'unconfirmed';
}
