import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { useMayManage } from '../lib/session.tsx';

export const ROLE_REASON = 'Only an owner or manager can do this. Ask one of them.';

/** Wraps a control that members may see but not use; the reason opens on hover and on focus. */
export function Managed({ children }: { children: (may: boolean) => ReactElement }) {
  const may = useMayManage();
  if (may) return children(true);
  return (
    <Tooltip label={ROLE_REASON}>
      {/* a disabled button takes no focus, so its wrapper does */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users need the reason too */}
      <span tabIndex={0} style={{ display: 'inline-flex' }}>
        {children(false)}
      </span>
    </Tooltip>
  );
}
