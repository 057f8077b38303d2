import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { useMayManage } from '../lib/session.tsx';

export const ROLE_REASON = 'Only an owner or manager can do this. Ask one of them.';

export type Rights = { may: boolean; reason: string };
type Props = { rights?: Rights; children: (may: boolean) => ReactElement };

/** Wraps a control that some may see but not use; the reason opens on hover and on focus. */
export function Managed({ rights, children }: Props) {
  const manager = useMayManage();
  const { may, reason } = rights ?? { may: manager, reason: ROLE_REASON };
  if (may) return children(true);
  return (
    <Tooltip label={reason}>
      {/* a disabled button takes no focus, so its wrapper does */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users need the reason too */}
      <span tabIndex={0} style={{ display: 'inline-flex' }}>
        {children(false)}
      </span>
    </Tooltip>
  );
}
