import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState, ErrorState } from './states.tsx';

export function RouteError({ error, reset }: { error: unknown; reset: () => void }) {
  return <ErrorState error={error} onRetry={reset} />;
}

export function RouteNotFound() {
  const home = (
    <Button component={Link} to="/integrations">
      Go to Integrations
    </Button>
  );
  return (
    <EmptyState title="Page not found" order={1} Icon={IconMapOff} action={home}>
      The link may be old, or the item was deleted.
    </EmptyState>
  );
}
