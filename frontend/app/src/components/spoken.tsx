import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';

/** Words for screen readers only, after a visible label: they tell look-alike controls apart. */
export function Spoken({ children }: { children: ReactNode }) {
  return (
    <>
      {' '}
      <VisuallyHidden>{children}</VisuallyHidden>
    </>
  );
}
