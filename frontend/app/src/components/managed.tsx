import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { useMay, useMayManage, useSession } from '../lib/session.tsx';

const ROLE_REASON = 'Only an owner or manager can do this. Ask one of them.';
const ADDRESS_REASON = 'Confirm your e-mail address first. The way to do it stands at the top of the page.';

/** Why a permission is missing: the role lacks it, or the person's address is not confirmed yet. */
export function useReason(permission = 'connections:write'): string {
  const { not_allowed: byRole, user } = useSession();
  const lacking = user.email_verified || byRole.some((one) => one.permission === permission);
  return lacking ? ROLE_REASON : ADDRESS_REASON;
}

/** For a control of its own permission: whether it works, and why not. */
export function useRightsTo(permission: string): Rights {
  const may = useMay(permission);
  return { may, reason: useReason(permission) };
}

export type Rights = { may: boolean; reason: string };
type Props = { rights?: Rights; children: (may: boolean) => ReactElement };

/** Wraps a control that some may see but not use; the reason opens on hover and on focus. */
export function Managed({ rights, children }: Props) {
  const manager = useMayManage();
  const why = useReason();
  const { may, reason } = rights ?? { may: manager, reason: why };
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
