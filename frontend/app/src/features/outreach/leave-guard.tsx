import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';

/** Steps that are not saved are not lost by a click on a link, nor by closing the tab. */
export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <ConfirmDialog
      title="Leave without saving?"
      confirm="Discard and leave"
      keep="Stay here"
      pending={false}
      error={null}
      onConfirm={blocker.proceed}
      onClose={blocker.reset}
    >
      What you wrote in the steps is not saved yet.
    </ConfirmDialog>
  );
}
