import { IconCircleCheck, IconCircleDashed, IconCircleX, type TablerIcon } from '@tabler/icons-react';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import type { Mailbox } from '../../lib/types.ts';

const LOOKS: Record<Mailbox['status'], { tone: Tone; Icon: TablerIcon }> = {
  successful: { tone: 'success', Icon: IconCircleCheck },
  failed: { tone: 'danger', Icon: IconCircleX },
  empty: { tone: 'gray', Icon: IconCircleDashed },
};

/** Successful, Failed or Empty: the words people know from their mail settings (B38). */
export function MailboxStatus({ mailbox }: { mailbox: Mailbox }) {
  const { tone, Icon } = LOOKS[mailbox.status];
  return (
    <ToneBadge tone={tone} Icon={Icon}>
      {mailbox.label}
    </ToneBadge>
  );
}
