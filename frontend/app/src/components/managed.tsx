import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { useMay, useMayManage, useSession } from '../lib/session.tsx';
import type { Wanted } from '../lib/wishes.ts';
import { AskBeside } from './ask-beside.tsx';

const ADDRESS_REASON = 'Confirm your e-mail address first. The way to do it stands at the top of the page.';
const MOST_NAMES = 3;

/** Why a permission is missing and whom to ask: the role lacks it, or the person's address is not confirmed yet. */
export function useReason(permission = 'connections:write'): string {
  const { not_allowed: byRole, ask, user } = useSession();
  const refusal = byRole.find((one) => one.permission === permission);
  if (!refusal && !user.email_verified) return ADDRESS_REASON;
  const roles = refusal?.roles ?? ['owner', 'manager'];
  const names = ask.filter(({ role }) => roles.includes(role)).map(({ name }) => name);
  return `Only an ${roles.join(' or ')} can do this. Ask ${either(names.slice(0, MOST_NAMES)) || 'one of them'}.`;
}

const either = (names: string[]) => names.join(', ').replace(/, ([^,]*)$/, ' or $1');

/** For a control of its own permission: whether it works, and why not. */
export function useRightsTo(permission: string): Rights {
  const may = useMay(permission);
  return { may, reason: useReason(permission) };
}

export type Rights = { may: boolean; reason: string };
/** `wish`: what to ask those for who may. */
type Props = { rights?: Rights; wish?: Wanted; children: (may: boolean) => ReactElement };

/** Wraps a control that some may see but not use: the reason opens on hover and on focus, asking for it is a click. */
export function Managed({ rights, wish, children }: Props) {
  const manager = useMayManage();
  const why = useReason();
  const { may, reason } = rights ?? { may: manager, reason: why };
  if (may) return children(true);
  return (
    <>
      <Tooltip label={reason}>
        {/* a disabled button takes no focus, so its wrapper does */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users need the reason too */}
        <span tabIndex={0} style={{ display: 'inline-flex' }}>
          {children(false)}
        </span>
      </Tooltip>
      {wish && <AskBeside wish={wish} />}
    </>
  );
}
