import { IconMathFunction } from '@tabler/icons-react';
import { ToneBadge } from './tone-badge.tsx';

/** Stands wherever figures are ours and not the provider's own. */
export function DerivedBadge() {
  return (
    <ToneBadge tone="brand" Icon={IconMathFunction}>
      derived
    </ToneBadge>
  );
}
