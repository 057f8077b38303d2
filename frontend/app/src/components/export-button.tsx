import { Button, Menu } from '@mantine/core';
import { IconDownload, IconFileTypeCsv, IconFileTypePdf, IconHistory } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useExport, type Wanted } from '../lib/exports.ts';

const ExportsDrawer = lazy(() => import('./exports-drawer.tsx'));

/** What the page shows, with the same filters, as a file; a large one is made while the list of exports shows how far. */
export function ExportButton(wanted: Wanted) {
  const [listed, setListed] = useState(false);
  const { isPending, mutate } = useExport(wanted);
  const start = (format: 'csv' | 'pdf') => mutate(format, { onSuccess: (begun) => setListed(begun !== undefined) });
  return (
    <>
      <Menu position="bottom-end" width={230} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default" loading={isPending} leftSection={<IconDownload size={16} aria-hidden />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>What is shown, with its filters</Menu.Label>
          <Menu.Item leftSection={<IconFileTypeCsv size={16} aria-hidden />} onClick={() => start('csv')}>
            CSV, for spreadsheets
          </Menu.Item>
          <Menu.Item leftSection={<IconFileTypePdf size={16} aria-hidden />} onClick={() => start('pdf')}>
            PDF, for reading
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconHistory size={16} aria-hidden />} onClick={() => setListed(true)}>
            Recent exports…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {listed && (
        <Suspense fallback={null}>
          <ExportsDrawer onClose={() => setListed(false)} />
        </Suspense>
      )}
    </>
  );
}
