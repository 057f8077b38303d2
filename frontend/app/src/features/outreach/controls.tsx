import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { IconArchive, IconCopy, IconDots, IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { Managed, type Rights } from '../../components/managed.tsx';
import { useMay } from '../../lib/session.tsx';
import { useBlocked } from '../../lib/standing.ts';
import type { OutreachCampaign } from '../../lib/types.ts';
import type { Versioned } from './api.ts';
import { usePause, useResume } from './changes.ts';
import { ErrorBelow } from './error-below.tsx';
import { StartButton } from './start-button.tsx';

const Dialogs = lazy(() => import('./campaign-dialogs.tsx'));

export type Opened = 'copy' | 'archive' | 'delete' | null;

/** What may be done with a campaign in its state: one main button, the rest in the menu. */
export function Controls({ campaign, unsaved }: { campaign: Versioned; unsaved: boolean }) {
  const [open, setOpen] = useState<Opened>(null);
  const pause = usePause(campaign.id);
  const resume = useResume(campaign.id);
  const rights = useChangeRights(campaign);
  const paid = useWhilePaid(rights);
  return (
    <div>
      <Group gap="xs">
        {campaign.state === 'draft' && <StartButton campaign={campaign} unsaved={unsaved} />}
        {campaign.state === 'running' && (
          <Managed rights={rights}>
            {(may) => (
              <Button
                variant="default"
                disabled={!may}
                loading={pause.isPending}
                leftSection={<IconPlayerPause size={16} aria-hidden />}
                onClick={() => pause.mutate()}
              >
                Pause
              </Button>
            )}
          </Managed>
        )}
        {(campaign.state === 'paused' || campaign.state === 'finished') && (
          <Managed rights={paid}>
            {(may) => (
              <Button
                disabled={!may}
                loading={resume.isPending}
                leftSection={<IconPlayerPlay size={16} aria-hidden />}
                onClick={() => resume.mutate()}
              >
                Resume
              </Button>
            )}
          </Managed>
        )}
        <More campaign={campaign} onOpen={setOpen} />
      </Group>
      <ErrorBelow error={pause.error ?? resume.error} />
      {open && (
        <Suspense fallback={null}>
          <Dialogs campaign={campaign} open={open} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </div>
  );
}

/** Members change their own campaigns, owners and managers all: the server says which. */
export function useChangeRights({ may_change: may }: OutreachCampaign): Rights {
  return { may, reason: 'Somebody else made this campaign. They, an owner or a manager can change it.' };
}

/** For what works only while somebody pays: starting and resuming. */
export function useWhilePaid(rights: Rights): Rights {
  const blocked = useBlocked();
  return blocked && rights.may ? { may: false, reason: blocked } : rights;
}

function More({ campaign, onOpen }: { campaign: OutreachCampaign; onOpen: (what: Opened) => void }) {
  const sends = useMay('messages:send');
  const { state, may_change: may } = campaign;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="More actions">
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={!sends} leftSection={<IconCopy size={16} aria-hidden />} onClick={() => onOpen('copy')}>
          Copy…
        </Menu.Item>
        {['paused', 'finished', 'draft'].includes(state) && (
          <Menu.Item
            disabled={!may}
            leftSection={<IconArchive size={16} aria-hidden />}
            onClick={() => onOpen('archive')}
          >
            Archive…
          </Menu.Item>
        )}
        {state === 'draft' && (
          <Menu.Item disabled={!may} leftSection={<IconTrash size={16} aria-hidden />} onClick={() => onOpen('delete')}>
            Delete…
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
