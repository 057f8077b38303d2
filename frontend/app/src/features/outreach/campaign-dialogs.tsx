import { useNavigate } from '@tanstack/react-router';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyOk } from '../../lib/notify.ts';
import type { Versioned } from './api.ts';
import { useArchive, useCopy, useDelete } from './changes.ts';
import type { Opened } from './controls.tsx';
import NameDialog from './name-dialog.tsx';

type Props = { campaign: Versioned; onClose: () => void };

export default function CampaignDialogs({ open, ...props }: Props & { open: Opened }) {
  if (open === 'copy') return <CopyDialog {...props} />;
  if (open === 'archive') return <ArchiveDialog {...props} />;
  return <DeleteDialog {...props} />;
}

function CopyDialog({ campaign, onClose }: Props) {
  const copy = useCopy(campaign.id);
  const navigate = useNavigate();
  const confirm = (name: string, recipients: boolean) =>
    copy.mutate(
      { name, recipients },
      {
        onSuccess: ({ id }) => {
          onClose();
          void navigate({ to: '/outreach/$campaign', params: { campaign: id }, search: {} });
        },
      },
    );
  return (
    <NameDialog
      title={`Copy ${campaign.name}`}
      confirm="Make the copy"
      start={`${campaign.name} (copy)`}
      withRecipients
      pending={copy.isPending}
      error={copy.error}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
}

function ArchiveDialog({ campaign, onClose }: Props) {
  const archive = useArchive(campaign.id);
  const done = () => {
    notifyOk('Campaign archived');
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Archive ${campaign.name}?`}
      confirm="Archive the campaign"
      pending={archive.isPending}
      error={archive.error}
      onConfirm={() => archive.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      It can never be resumed. Its figures and its history stay, and it can be copied.
    </ConfirmDialog>
  );
}

function DeleteDialog({ campaign, onClose }: Props) {
  const remove = useDelete(campaign.id);
  const navigate = useNavigate();
  const done = () => {
    notifyOk('Draft deleted');
    void navigate({ to: '/outreach', search: {} });
  };
  return (
    <ConfirmDialog
      title={`Delete ${campaign.name}?`}
      confirm="Delete the draft"
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      Its steps and its list of recipients are gone for good. Nothing of it was sent.
    </ConfirmDialog>
  );
}
