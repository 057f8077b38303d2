import { Stack } from '@mantine/core';
import { useMay } from '../../lib/session.tsx';
import { AuditLink } from './audit-link.tsx';
import { FormerCard } from './former-card.tsx';
import { InvitationsCard } from './invitations-card.tsx';
import { LeaveCard } from './leave-card.tsx';
import { MembersCard } from './members-card.tsx';
import { WhoToAsk } from './who-to-ask.tsx';

/** Who belongs to the organization. A chunk of its own: most visits to the settings are for something else. */
export default function People() {
  const sees = useMay('members:read');
  return (
    <Stack maw={860}>
      {sees ? (
        <>
          <MembersCard />
          <InvitationsCard />
          <FormerCard />
          <AuditLink />
        </>
      ) : (
        <WhoToAsk />
      )}
      <LeaveCard />
    </Stack>
  );
}
