import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

type Props = {
  provider: string;
  /** A connection's id; without it the provider's page as a whole. */
  account?: string | undefined;
  tab?: 'history' | 'settings';
  underline?: 'always' | 'hover';
  children: ReactNode;
};

/** To the page of an account, as part of a sentence, a line or a row. */
export function AccountLink({ provider, account, tab, underline = 'hover', children }: Props) {
  return (
    <Anchor
      size="sm"
      underline={underline}
      renderRoot={(props) => (
        <Link {...props} to="/integrations/$provider" params={{ provider }} search={{ account, tab }} />
      )}
    >
      {children}
    </Anchor>
  );
}
