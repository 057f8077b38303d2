import { useNavigate } from '@tanstack/react-router';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { useDelete } from '../api.ts';
import type { DraftKeeper } from './keeper.ts';

type Props = { keeper: DraftKeeper; id: string; onClose: () => void };

export default function DeleteDraft({ keeper, id, onClose }: Props) {
  const remove = useDelete(id);
  const navigate = useNavigate();
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        keeper.end();
        void navigate({ to: '/messages' });
      },
    });
  return (
    <ConfirmDialog
      title="Delete this draft?"
      confirm="Delete draft"
      pending={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      Its words and files are gone for good.
    </ConfirmDialog>
  );
}
