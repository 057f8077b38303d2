import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { plural } from '../../lib/numbers.ts';
import type { OutreachAccount } from '../../lib/types.ts';
import type { Versioned } from './api.ts';
import { useRemoveAccount } from './changes.ts';

type Props = { campaign: Versioned; account: OutreachAccount; onClose: () => void };

export default function RemoveAccount({ campaign, account, onClose }: Props) {
  const remove = useRemoveAccount(campaign.id);
  const done = () => {
    notifyOk(`${account.address} is off the FROM list`);
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Remove ${account.address} from the FROM list?`}
      confirm="Remove the mailbox"
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(account.id, { onSuccess: done })}
      onClose={onClose}
    >
      {campaign.state === 'draft'
        ? 'Nothing was sent yet. It can be added again at any time.'
        : `It sends nothing more of this campaign. Of its ${plural(account.recipients, 'recipient')}, those who had mail from it wait for it, until it is re-added; the others are free for other mailboxes.`}
    </ConfirmDialog>
  );
}
