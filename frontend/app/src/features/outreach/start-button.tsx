import { Button, Tooltip } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Managed } from '../../components/managed.tsx';
import { checkOptions, type Versioned } from './api.ts';
import { useChangeRights, useWhilePaid } from './controls.tsx';

const StartDialog = lazy(() => import('./start-dialog.tsx'));

/** Opens with what would happen; while something hinders, it says how much and the overview says what. */
export function StartButton({ campaign, unsaved }: { campaign: Versioned; unsaved: boolean }) {
  const [open, setOpen] = useState(false);
  const rights = useWhilePaid(useChangeRights(campaign));
  const check = useQuery(checkOptions(campaign.id));
  const hindered = check.data ? check.data.hindrances.filter((one) => one.code !== 'missing_fields').length : 0;
  const why = unsaved ? 'Save the steps first.' : hindered > 0 ? 'The overview tells what hinders the start.' : null;
  return (
    <>
      <Managed rights={rights}>
        {(may) => (
          <Tooltip label={why} disabled={why === null || !may}>
            {/* a disabled button takes no focus, so its wrapper does */}
            <span tabIndex={why && may ? 0 : undefined} style={{ display: 'inline-flex' }}>
              <Button
                disabled={!may || why !== null || !check.data}
                leftSection={<IconPlayerPlay size={16} aria-hidden />}
                onClick={() => setOpen(true)}
              >
                Start…
              </Button>
            </span>
          </Tooltip>
        )}
      </Managed>
      {open && check.data && (
        <Suspense fallback={null}>
          <StartDialog campaign={campaign} hindrances={check.data.hindrances} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
