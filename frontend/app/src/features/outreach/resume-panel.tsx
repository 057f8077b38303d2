import { Button, Group, Text, Title } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { panelStyle, toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import { pausedOptions } from './api.ts';
import { isByTrouble } from './words.ts';

const ResumeDialog = lazy(() => import('./resume-dialog.tsx'));

/** Campaigns that trouble paused stay paused until somebody resumes them: all of them in one place (L8, D14). */
export function ResumePanel() {
  const [open, setOpen] = useState(false);
  const paused = useQuery(pausedOptions()).data?.data.filter(isByTrouble) ?? [];
  if (paused.length === 0 && !open) return null;
  return (
    <>
      {paused.length > 0 && (
        <section className="panel" style={panelStyle('warning')} aria-label="Paused by trouble">
          <Group justify="space-between" gap="xs">
            <Group gap="xs" wrap="nowrap" flex="1 1 260px">
              <IconPlayerPause size={20} color={toneInk('warning')} style={{ flexShrink: 0 }} aria-hidden />
              <div>
                <Title order={2}>{plural(paused.length, 'campaign')} paused by trouble</Title>
                <Text size="sm">They go on only when somebody resumes them: no step twice, none left out.</Text>
              </div>
            </Group>
            <Button onClick={() => setOpen(true)}>Resume…</Button>
          </Group>
        </section>
      )}
      {open && (
        <Suspense fallback={null}>
          <ResumeDialog campaigns={paused} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
