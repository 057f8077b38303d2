import { Menu } from '@mantine/core';
import { IconFileTypeCsv, IconFileTypePdf, IconHistory } from '@tabler/icons-react';
import type { MenuParts } from './menu-later.tsx';

type Props = MenuParts & { onStart: (format: 'csv' | 'pdf') => void; onList: () => void };

export default function ExportMenu({ target, opened, onChange, onStart, onList }: Props) {
  return (
    <Menu position="bottom-end" width={230} withInitialFocusPlaceholder={false} opened={opened} onChange={onChange}>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>What is shown, with its filters</Menu.Label>
        <Menu.Item leftSection={<IconFileTypeCsv size={16} aria-hidden />} onClick={() => onStart('csv')}>
          CSV, for spreadsheets
        </Menu.Item>
        <Menu.Item leftSection={<IconFileTypePdf size={16} aria-hidden />} onClick={() => onStart('pdf')}>
          PDF, for reading
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconHistory size={16} aria-hidden />} onClick={onList}>
          Recent exports…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
