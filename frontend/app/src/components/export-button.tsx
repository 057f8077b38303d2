import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useExport, type Wanted } from '../lib/exports.ts';
import { MenuLater } from './menu-later.tsx';

const loadMenu = () => import('./export-menu.tsx');
const ExportMenu = lazy(loadMenu);
const ExportsDrawer = lazy(() => import('./exports-drawer.tsx'));

/** What the page shows, with the same filters, as a file; a large one is made while the list of exports shows how far. */
export function ExportButton(wanted: Wanted) {
  const [listed, setListed] = useState(false);
  const { isPending, mutate } = useExport(wanted);
  const start = (format: 'csv' | 'pdf') => mutate(format, { onSuccess: (begun) => setListed(begun !== undefined) });
  return (
    <>
      <MenuLater
        preload={loadMenu}
        face={(props) => (
          <Button {...props} variant="default" loading={isPending} leftSection={<IconDownload size={16} aria-hidden />}>
            Export
          </Button>
        )}
        menu={(parts) => <ExportMenu {...parts} onStart={start} onList={() => setListed(true)} />}
      />
      {listed && (
        <Suspense fallback={null}>
          <ExportsDrawer onClose={() => setListed(false)} />
        </Suspense>
      )}
    </>
  );
}
