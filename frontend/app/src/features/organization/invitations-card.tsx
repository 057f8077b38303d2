import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { AskBeside } from '../../components/ask-beside.tsx';
import { useRightsTo } from '../../components/managed.tsx';
import { Lines, Loaded, Part } from '../../components/part.tsx';
import { invitationsOptions } from './api.ts';
import { InvitationLine } from './invitation-line.tsx';
import { InviteForm } from './invite-form.tsx';

export function InvitationsCard() {
  const invitations = useQuery(invitationsOptions());
  const { may, reason } = useRightsTo('members:write');
  return (
    <Part title="Invitations" lead="We mail a link that works once, for seven days, and for that address only.">
      {may ? (
        <InviteForm />
      ) : (
        <>
          <Text size="sm">{reason}</Text>
          <AskBeside wish={{ action: 'manage_members' }} />
        </>
      )}
      <Loaded query={invitations} label="Loading invitations" heights={[52]}>
        {(list) =>
          list.length > 0 ? (
            <Lines label="Invitations">
              {list.map((one) => (
                <InvitationLine key={one.id} invitation={one} />
              ))}
            </Lines>
          ) : (
            <Text size="sm" c="dimmed">
              Nobody is invited at the moment.
            </Text>
          )
        }
      </Loaded>
    </Part>
  );
}
