import { Button } from '@mantine/core';
import { IconCrown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Lines, Loaded, Part } from '../../components/part.tsx';
import type { Member } from '../../lib/types.ts';
import { membersOptions } from './api.ts';
import { MemberLine } from './member-line.tsx';
import { TransferDialog } from './transfer-dialog.tsx';

export function MembersCard() {
  const members = useQuery(membersOptions());
  return (
    <Part
      title="Members"
      lead="A change of role takes effect at once, in every open browser."
      actions={members.data && <Transfer members={members.data} />}
    >
      <Loaded query={members} label="Loading members" heights={[52, 52]}>
        {(list) => (
          <Lines label="Members">
            {list.map((one) => (
              <MemberLine key={one.id} member={one} />
            ))}
          </Lines>
        )}
      </Loaded>
    </Part>
  );
}

const ALONE = 'There is nobody else yet. Invite somebody first.';

function Transfer({ members }: { members: Member[] }) {
  const [open, setOpen] = useState(false);
  const { may, reason } = useRightsTo('ownership:transfer');
  const others = members.filter((one) => !one.you);
  const rights = may && others.length === 0 ? { may: false, reason: ALONE } : { may, reason };
  return (
    <>
      <Managed rights={rights}>
        {(able) => (
          <Button
            variant="default"
            disabled={!able}
            leftSection={<IconCrown size={16} aria-hidden />}
            onClick={() => setOpen(true)}
          >
            Transfer ownership…
          </Button>
        )}
      </Managed>
      {open && <TransferDialog others={others} onClose={() => setOpen(false)} />}
    </>
  );
}
