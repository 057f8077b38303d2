import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { AskBeside } from '../../components/ask-beside.tsx';
import { useRightsTo } from '../../components/managed.tsx';
import { EmptyState } from '../../components/states.tsx';

/** What is asked for where it is closed. */
const WISH = {
  'api_keys:write': { action: 'manage_api_keys' },
  'webhooks:read': { action: 'manage_webhooks' },
} as const;

type Props = { permission: keyof typeof WISH; title: string; order?: 1 | 2; children: ReactNode };

/** A part that needs a permission, or in its place why it is closed and whom to ask. */
export function Open({ permission, title, order = 2, children }: Props) {
  const { may, reason } = useRightsTo(permission);
  if (may) return children;
  return (
    <EmptyState title={title} Icon={IconLock} order={order} action={<AskBeside wish={WISH[permission]} />}>
      {reason}
    </EmptyState>
  );
}
