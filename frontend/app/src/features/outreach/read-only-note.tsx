import { Alert } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useRightsTo } from '../../components/managed.tsx';
import type { OutreachCampaign } from '../../lib/types.ts';

/** For whoever may look but not change: said once, in place of buttons that do nothing. */
export function ReadOnlyNote({ campaign }: { campaign: OutreachCampaign }) {
  const { may, reason } = useRightsTo('messages:send');
  if (campaign.may_change) return null;
  return (
    <Alert color="gray" variant="light" p="sm" icon={<IconInfoCircle aria-hidden />}>
      You can look at everything here.{' '}
      {may ? 'Somebody else made this campaign: they, an owner or a manager can change it. Or copy it.' : reason}
    </Alert>
  );
}
