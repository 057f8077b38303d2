import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useRightsTo } from '../../components/managed.tsx';
import { EmptyState } from '../../components/states.tsx';

type Props = { permission: string; title: string; order?: 1 | 2; children: ReactNode };

/** A part that needs a permission, or in its place why it is closed and whom to ask. */
export function Open({ permission, title, order = 2, children }: Props) {
  const { may, reason } = useRightsTo(permission);
  if (may) return children;
  return (
    <EmptyState title={title} Icon={IconLock} order={order}>
      {reason}
    </EmptyState>
  );
}
