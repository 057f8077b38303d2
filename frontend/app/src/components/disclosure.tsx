import { Box, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';

type Props = { label: ReactNode; children: ReactNode; startOpen?: boolean };

/** A labelled part that opens and closes; its content is not rendered while closed. */
export function Disclosure({ label, children, startOpen = false }: Props) {
  const [open, setOpen] = useState(startOpen);
  const id = useId();
  return (
    <div>
      <UnstyledButton
        onClick={() => setOpen(!open)}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        fz="sm"
        fw={500}
        mih={24}
        style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}
      >
        <IconChevronRight size={16} style={{ flexShrink: 0, rotate: open ? '90deg' : '0deg' }} aria-hidden />
        {label}
      </UnstyledButton>
      {open && (
        <Box id={id} pt="sm">
          {children}
        </Box>
      )}
    </div>
  );
}
